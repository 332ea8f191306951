// The laboratory: the same report as the command line, byte for byte; cancel; the user's own table.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { at, atLeast, open, saved, voltvote } from "./actors.mjs";
import { dist, launch } from "./browser.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const address = pathToFileURL(join(dist, "lab.html")).href;
const folder = mkdtempSync(join(tmpdir(), "voltvote-lab-"));

async function set(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = at(page, `lab-${name}`);
    const isChoice = await field.evaluate((element) => element.tagName === "SELECT");
    await (isChoice ? field.selectOption(value) : field.fill(value));
  }
}

test("a simulated fleet: figures, tables and the very bytes of the command line", async () => {
  const page = await open(browser, address);
  await set(page, { cells: "36", runs: "2", seed: "3", experiment: "homogeneous" });
  await at(page, "lab-run").click();
  await at(page, "figure-accuracy").locator("svg").waitFor();
  await atLeast(page.locator(".lab-figure svg"), 9);
  const words = await at(page, "figure-accuracy").locator("svg").textContent();
  for (const part of ["n = 2 runs", "seed 3", "leak-free", "36 cells"]) assert.ok(words.includes(part), part);
  await at(page, "lab-table-0").waitFor();
  const out = join(folder, "report.json");
  voltvote("experiment", "homogeneous", "--simulated", "36", "--runs", "2", "--seed", "3", "--out", out);
  for (const [test, end] of [["save-json", "json"], ["save-csv", "csv"], ["save-html", "html"]]) {
    const mine = readFileSync(out.replace(/json$/, end));
    assert.ok(mine.equals(await saved(page, test)), `${end} differs from the command line's`);
  }
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("cancelling stops a long experiment, and the page goes on", async () => {
  const page = await open(browser, address);
  await set(page, { cells: "36", runs: "1000", experiment: "plan" });
  await at(page, "lab-run").click();
  await at(page, "lab-progress-cancel").click();
  await at(page, "lab-progress").waitFor({ state: "detached" });
  await set(page, { runs: "1", experiment: "trees" });
  await at(page, "lab-run").click();
  await at(page, "figure-trees").locator("svg").waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a table of the user's own columns, in Chinese, dark, at 360 pixels", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => [`c${i}`, (i % 2) * 3 + (i % 7) / 10, (i % 5) / 5]);
  const features = join(folder, "mine.csv");
  const manifest = join(folder, "labels.csv");
  writeFileSync(features, `cell_id,slope,offset\n${rows.map((row) => row.join(",")).join("\n")}\n`);
  writeFileSync(manifest, `cell_id,class\n${rows.map(([id], i) => `${id},${i % 2 ? "LFP" : "NMC"}`).join("\n")}\n`);
  const page = await open(browser, address, { locale: "zh-CN", colorScheme: "dark", viewport: { width: 360, height: 740 } });
  await set(page, { data: "own", runs: "1", experiment: "importance" });
  await at(page, "lab-run").click();
  assert.equal(await at(page, "lab-failure").getAttribute("data-code"), "lab-files-missing");
  await at(page, "lab-features").setInputFiles(features);
  await at(page, "lab-manifest").setInputFiles(manifest);
  await at(page, "lab-run").click();
  await at(page, "figure-importance").locator("svg").waitFor();
  assert.match(await at(page, "lab-title").textContent(), /特征/);
  assert.match(await at(page, "figure-importance").textContent(), /slope/);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
