// State of health in the collaborator's packed page: own models judged beside the constant.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at, open } from "./actors.mjs";
import { dist, launch } from "./browser.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** A pulse table: 14 batteries at four states of charge, steps that grow as health falls. */
function table({ bad = false } = {}) {
  const names = Array.from({ length: 21 }, (_, i) => `U${i + 1}`);
  const lines = [`Mat,ID,Qn,SOH,Pt,SOC,${names.join(",")}`];
  for (let battery = 0; battery < 14; battery += 1) {
    const soh = 0.65 + 0.02 * ((battery * 5) % 14);
    for (const soc of [10, 20, 30, 40]) {
      const rest = 3.3 + 0.008 * soc + 0.001 * ((battery * 7) % 5);
      const volts = names.map((_, i) => {
        const pulse = Math.floor((i + 3) / 8) * 0.01 * (1.7 - soh);
        const sign = i === 0 ? 0 : [1, 1, 0.5, 0.2, -1, -1, -0.5, -0.2][(i - 1) % 8];
        return (rest + sign * (pulse + 0.002)).toFixed(5);
      });
      lines.push(["NMC", `cell${battery}`, 2, soh.toFixed(3), 5, soc, ...volts].join(","));
    }
  }
  if (bad) lines.push(lines[1].replace(",5,10,", ",5,140,"));
  return `${lines.join("\n")}\n`;
}

test("a collaborator sees how good its own health models are, and what a file left out", async () => {
  const folder = mkdtempSync(join(tmpdir(), "voltvote-health-"));
  const file = join(folder, "pulses.csv");
  writeFileSync(file, table({ bad: true }));
  const page = await open(browser, pathToFileURL(join(dist, "collaborate.html")).href);
  await at(page, "files").setInputFiles([file]);
  await at(page, "health-fit").waitFor();
  await at(page, "reports").locator("summary").first().click();
  await at(page, "report").first().locator("summary").click();
  assert.equal(await at(page, "report-findings").locator("tbody tr").count(), 1);
  await at(page, "health-soc").selectOption("known");
  await at(page, "health-fit").click();
  await at(page, "health-type").waitFor();
  const share = async (name) => Number.parseFloat(await at(page, name).innerText());
  assert.ok((await share("health-mape")) < 0.5 * (await share("health-constant")));
  assert.ok((await share("health-coverage")) > 70);
  assert.equal(await at(page, "health-candidates").locator("tbody tr").count(), 6);
  assert.ok(await at(page, "health-parity").isVisible());
  await at(page, "health-generator").click();
  await at(page, "health-generator-result").waitFor();
  assert.ok(Number(await at(page, "health-generator-result").getAttribute("data-seconds")) > 0);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
