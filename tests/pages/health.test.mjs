// State of health in the packed pages: a collaborator's own models judged beside the constant, and
// a round's answers beside the truth.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PASSPHRASE, amount, at, open, saved, voltvote } from "./actors.mjs";
import { dist, launch } from "./browser.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** A pulse table: 14 batteries at four states of charge, steps that grow as health falls. */
function table({ bad = false, first = 0, cathode = "NMC", rest_v = 3.3 } = {}) {
  const names = Array.from({ length: 21 }, (_, i) => `U${i + 1}`);
  const lines = [`Mat,ID,Qn,SOH,Pt,SOC,${names.join(",")}`];
  for (let battery = first; battery < first + 14; battery += 1) {
    const soh = 0.65 + 0.02 * ((battery * 5) % 14) + 0.0001 * first;
    for (const soc of [10, 20, 30, 40]) {
      const rest = rest_v + 0.008 * soc + 0.001 * ((battery * 7) % 5);
      const volts = names.map((_, i) => {
        const pulse = Math.floor((i + 3) / 8) * 0.01 * (1.7 - soh);
        const sign = i === 0 ? 0 : [1, 1, 0.5, 0.2, -1, -1, -0.5, -0.2][(i - 1) % 8];
        return (rest + sign * (pulse + 0.002)).toFixed(5);
      });
      lines.push([cathode, `cell${battery}`, 2, soh.toFixed(3), 5, soc, ...volts].join(","));
    }
  }
  if (bad) lines.push(lines[1].replace(",5,10,", ",5,140,"));
  return `${lines.join("\n")}\n`;
}

/** Batteries of two cathodes as two pulse tables, and as features with labels. */
function lab(folder, name, first, ...more) {
  const files = [["NMC", 3.3], ["LFP", 3.1]].map(([cathode, rest_v]) => {
    const file = join(folder, `${name}-${cathode}.csv`);
    writeFileSync(file, table({ first, cathode, rest_v }));
    return file;
  });
  const [features, labels] = ["features", "labels"].map((what) => join(folder, `${name}-${what}.csv`));
  voltvote("health", "features", ...files, "--out", features, "--labels-out", labels, ...more);
  return { files, features, labels };
}

test("a collaborator sees how good its own health models are, and what a file left out", async () => {
  const folder = mkdtempSync(join(tmpdir(), "voltvote-health-"));
  const file = join(folder, "pulses.csv");
  writeFileSync(file, table({ bad: true }));
  const page = await open(browser, pathToFileURL(join(dist, "collaborate.html")).href);
  await at(page, "files").setInputFiles([file]);
  await at(page, "health-fit").waitFor();
  await at(page, "read-progress").waitFor({ state: "detached" });
  await at(page, "reports").locator("summary").first().click();
  await at(page, "report").first().locator("summary").click();
  await amount(at(page, "report-findings").locator("tbody tr"), 1);
  await at(page, "health-soc").selectOption("known");
  await at(page, "health-fit").click();
  await at(page, "health-type").waitFor();
  const share = async (name) => Number.parseFloat(await at(page, name).innerText());
  assert.ok((await share("health-mape")) < 0.5 * (await share("health-constant")));
  assert.ok((await share("health-coverage")) > 70);
  await amount(at(page, "health-candidates").locator("tbody tr"), 7);
  await at(page, "health-parity").waitFor();
  await at(page, "health-generator").click();
  await at(page, "health-generator-result").waitFor();
  assert.ok(Number(await at(page, "health-generator-result").getAttribute("data-seconds")) > 0);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a round's health answers beside the truth: parity, errors by class, the same numbers as the saved result", async () => {
  const folder = mkdtempSync(join(tmpdir(), "voltvote-parity-"));
  const path = (name) => join(folder, name);
  const lot = lab(folder, "lot", 100, "--soc", "20");
  voltvote("identity", "new", "--name", "Recycler", "--out", path("recycler.json"));
  voltvote("round", "new", "--name", "Pulses", "--query", lot.features, "--classes", "NMC,LFP", "--quorum", "3", "--ask-soh",
    "--key", path("recycler.json"), "--out", path("round.json"));
  const ballots = [1, 2, 3].map((k) => {
    const own = lab(folder, `lab${k}`, 14 * k, "--by", "battery");
    voltvote("identity", "new", "--name", `Lab ${k}`, "--out", path(`lab${k}.json`));
    voltvote("ballot", "cast", "--round", path("round.json"), "--data", own.features, "--labels", own.labels,
      "--identity", path(`lab${k}.json`), "--seed", String(k), "--out", path(`lab${k}.ballot.json`));
    return path(`lab${k}.ballot.json`);
  });
  const page = await open(browser, pathToFileURL(join(dist, "recycle.html")).href);
  await at(page, "identity-restore").click();
  await at(page, "identity-file").setInputFiles(path("recycler.json"));
  await at(page, "identity-restore-passphrase").fill(PASSPHRASE);
  await at(page, "identity-restore-go").click();
  await at(page, "identity").waitFor();
  await at(page, "round-file").setInputFiles(path("round.json"));
  await at(page, "round-card").waitFor();
  await at(page, "ballot-files").setInputFiles(ballots);
  await at(page, "health-answered").waitFor();
  await amount(at(page, "health-result-parity"), 0, "nothing is judged without a truth");

  const rows = readFileSync(lot.features, "utf8").trim().split("\n").slice(1).map((line) => line.split(","));
  const truth = new Map(rows.map((cells) => [cells[0], Number(cells.at(-1))]));
  writeFileSync(path("truth.csv"), `cell_id,cathode,soh\n${[...truth].map(([id, soh]) => `${id},${id.slice(0, 3)},${soh}`).join("\n")}\n`);
  await at(page, "truth-file").setInputFiles(path("truth.csv"));
  await at(page, "health-result-parity").waitFor();

  const [head, ...lines] = (await saved(page, "save-csv")).toString().trim().split(/\r?\n/).map((line) => line.split(","));
  const [id, soh] = [head.indexOf("battery"), head.indexOf("soh")];
  const judged = lines.filter((cells) => cells[soh]).map((cells) => ({ truth: truth.get(cells[id]), estimate: Number(cells[soh]) }));
  assert.ok(judged.length >= 20, `${judged.length} of ${lines.length} batteries were answered`);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mape = 100 * mean(judged.map(({ truth: true_soh, estimate }) => Math.abs(estimate - true_soh) / true_soh));
  const shown = Number.parseFloat(await at(page, "health-result-mape").innerText());
  // The file has three decimals.
  assert.ok(Math.abs(shown - mape) < 0.1, `the page says ${shown} %, the file ${mape} %`);
  const level = mean(judged.map(({ truth: true_soh }) => true_soh));
  const constant = 100 * mean(judged.map(({ truth: true_soh }) => Math.abs(level - true_soh) / true_soh));
  assert.ok(shown < 0.5 * constant, `${shown} %, and ${constant} % of always the mean`);
  await amount(at(page, "health-heat").locator("tbody tr"), 2, "a line per cathode");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
