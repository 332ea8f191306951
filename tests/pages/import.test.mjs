// Files of a lab in real Chromium on the packed page: columns chosen by hand and reused, reports,
// diagnostics without a measured value, the wanted cycle, grouping, progress, cancelling.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { amount, at, open, readFiles, until } from "./actors.mjs";
import { dist, launch } from "./browser.mjs";

let browser, folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "voltvote-import-"));
});
after(() => browser.close());

const address = pathToFileURL(join(dist, "collaborate.html")).href;
const DESKTOP = { viewport: { width: 1280, height: 900 } };

/** Rows [s, V, A] of `cycles` full cycles, each losing capacity; voltages no other number equals. */
function rows(cycles = 1, fade = 0.1) {
  const all = [];
  let time = 0;
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const n = Math.round(300 * (1 - fade * cycle));
    for (const sign of [1, -1]) {
      for (let k = 0; k <= n; k += 1) {
        time += 30;
        const soc = sign > 0 ? k / n : 1 - k / n;
        all.push([time, 3.2 + 0.7 * soc + 0.25 * Math.tanh(20 * (soc - 0.97)) + 0.04 * sign, 0.8137 * sign]);
      }
      for (let k = 0; k < 5; k += 1) all.push([(time += 30), 3.6, 0]);
    }
  }
  return all;
}

const write = (name, text) => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const table = (list, line) => `${list.map(line).join("\n")}\n`;
const headless = (name, list = rows()) => write(name, table(list, ([s, v, a]) => `${s};${(1000 * v).toFixed(1).replace(".", ",")};${a.toFixed(4).replace(".", ",")};25,1`));
const plain = (name, list = rows()) => write(name, `Test Time / s,Voltage / V,Current / A\n${table(list, ([s, v, a]) => `${s},${v.toFixed(5)},${a.toFixed(5)}`)}`);
const pick = (page, test_, value) => at(page, test_).selectOption(value);

test("columns chosen by hand: from the problem row to a cycle, saved, reused for the rest, taken back", async () => {
  const page = await open(browser, address, DESKTOP);
  await at(page, "files").setInputFiles([headless("first.csv"), headless("second.csv"), plain("known.csv")]);
  await at(page, "read-errors").waitFor();
  await amount(at(page, "read-error"), 2);
  await amount(page.locator('[data-row^="known.csv"]'), 1);
  await at(page, "choose-columns").first().click();
  await at(page, "mapping").waitFor();
  // The values alone suggest the three columns, and say that they are guesses.
  assert.equal(await at(page, "map-role-1").inputValue(), "time");
  assert.equal(await at(page, "map-role-2").inputValue(), "voltage");
  assert.equal(await at(page, "map-unit-2").inputValue(), "mV");
  assert.equal(await at(page, "map-role-3").inputValue(), "current");
  assert.equal(await at(page, "map-decimal").inputValue(), ",");
  await at(page, "map-cycle").waitFor();
  await at(page, "map-voltage").waitFor();
  assert.match(await at(page, "map-cycle").innerText(), /2\.03/);
  if (process.env.VOLTVOTE_LOOK) await page.screenshot({ path: join(process.env.VOLTVOTE_LOOK, "mapping-1280.png") });
  // A wrong choice is shown at once and can be undone.
  await pick(page, "map-role-3", "");
  assert.ok(await at(page, "map-use").isDisabled());
  await at(page, "map-undo").click();
  assert.equal(await at(page, "map-role-3").inputValue(), "current");
  await pick(page, "map-unit-3", "mA");
  await page.waitForFunction(() => !/2\.03/.test(document.querySelector('[data-test="map-cycle"]')?.innerText ?? "2.03"));
  await at(page, "map-undo").click();
  await page.waitForFunction(() => /2\.03/.test(document.querySelector('[data-test="map-cycle"]')?.innerText ?? ""));
  const [download] = await Promise.all([page.waitForEvent("download"), at(page, "map-save").click()]);
  const saved = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.deepEqual(saved.columns, [
    { heading: "#1", quantity: "time", unit: "s" },
    { heading: "#2", quantity: "voltage", unit: "mV" },
    { heading: "#3", quantity: "current", unit: "A" },
  ]);
  writeFileSync(join(folder, "lab.mapping.json"), JSON.stringify(saved));
  await at(page, "map-use").click();
  await page.locator('[data-row^="second.csv"]').waitFor();
  await at(page, "read-progress").waitFor({ state: "detached" });
  await amount(at(page, "read-errors"), 0);
  await amount(page.locator('[data-test="cells"] tbody tr[data-row]'), 3);
  // A file dropped later is tried with the same columns; undo brings the problem back.
  await readFiles(page, [headless("third.csv")]);
  await page.locator('[data-row^="third.csv"]').waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a saved choice is loaded in another visit; two equal headings are told apart by their place", async () => {
  const page = await open(browser, address, DESKTOP);
  const twice = write("twice.csv", `Time (s),Voltage (V),Voltage (V),Current (A)\n${table(rows(), ([s, v, a]) => `${s},${v.toFixed(4)},${(v + 0.4).toFixed(4)},${a}`)}`);
  await at(page, "files").setInputFiles([twice, headless("fourth.csv")]);
  await at(page, "read-errors").waitFor();
  const errors = page.locator('[data-test="read-error"]');
  await errors.filter({ hasText: "twice.csv" }).locator('[data-test="choose-columns"]').click();
  await at(page, "map-cycle").waitFor();
  assert.equal(await at(page, "map-role-2").inputValue(), "voltage");
  await pick(page, "map-role-3", "voltage");
  assert.equal(await at(page, "map-role-2").inputValue(), "", "one column per quantity");
  await at(page, "map-cycle").waitFor();
  await at(page, "map-later").uncheck();
  await at(page, "map-others").uncheck();
  await at(page, "map-use").click();
  await page.locator('[data-row^="twice.csv"]').waitFor();
  await errors.filter({ hasText: "fourth.csv" }).locator('[data-test="choose-columns"]').click();
  await at(page, "mapping").waitFor();
  await pick(page, "map-role-2", "");
  await at(page, "map-load").setInputFiles(join(folder, "lab.mapping.json"));
  await page.waitForFunction(() => document.querySelector('[data-test="map-role-2"]')?.value === "voltage");
  await at(page, "map-cycle").waitFor();
  await at(page, "map-use").click();
  await page.locator('[data-row^="fourth.csv"]').waitFor();
  await at(page, "undo").first().click().catch(() => page.keyboard.press("Control+z"));
  await errors.filter({ hasText: "fourth.csv" }).waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("diagnostics hold no measured value, of a file that was read and of one that was not", async () => {
  const context = { ...DESKTOP, permissions: ["clipboard-read", "clipboard-write"] };
  const page = await open(browser, address, context);
  const list = rows();
  await at(page, "files").setInputFiles([plain("read.csv", list), headless("refused.csv", list)]);
  await at(page, "read-errors").waitFor();
  // Both are read: nothing is drawn anew under the clicks below.
  await at(page, "cells").waitFor();
  await at(page, "read-progress").waitFor({ state: "detached" });
  await at(page, "reports").locator("> summary").click();
  const values = list.flatMap(([, v, a]) => [v.toFixed(5), v.toFixed(2), (1000 * v).toFixed(1), (1000 * v).toFixed(1).replace(".", ","), ...(a ? [String(Math.abs(a))] : [])]);
  for (const name of ["read.csv", "refused.csv"]) {
    const report = at(page, "report").filter({ hasText: name });
    await report.locator("> summary").click();
    await report.locator('[data-test="copy-diagnostics"]').click();
    const expected = name === "read.csv" ? "dialect: bdf" : "error: file-without-header";
    await until(page, async (words) => (await navigator.clipboard.readText()).includes(words), expected);
    const text = await page.evaluate(() => navigator.clipboard.readText());
    await page.evaluate(() => navigator.clipboard.writeText(""));
    for (const value of values) assert.ok(!text.includes(value), `${value} in\n${text}`);
    assert.ok(!text.includes("csv"), text);
  }
  // The report itself is a file.
  const [download] = await Promise.all([page.waitForEvent("download"), at(page, "save-reports").click()]);
  const { files } = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.deepEqual(files.map(({ file }) => file).sort(), ["read.csv", "refused.csv"]);
  const read = files.find(({ file }) => file === "read.csv").reports[0];
  assert.equal(read.dialect, "bdf");
  assert.deepEqual(read.halves.filter((half) => half.is_wanted).map((half) => half.direction).sort(), ["charge", "discharge"]);
  assert.equal(files.find(({ file }) => file === "refused.csv").error.code, "file-without-header");
  await page.context().close();
});

test("the wanted cycle: the last full one, or the one nearest a state of health", async () => {
  const page = await open(browser, address, DESKTOP);
  // Five cycles of 2.03, 1.83, 1.63, 1.42, 1.22 Ah; nominal 2.03 from the name.
  await readFiles(page, [plain("cell_2034mAh.csv", rows(5))]);
  const cycle = () => page.locator('[data-test="cells"] [data-column="cycle"]').innerText();
  assert.equal(await cycle(), "5");
  await at(page, "cycle-choice").locator("summary").click();
  await at(page, "cycle-soh").fill("81");
  await at(page, "cycle-soh").blur();
  await page.waitForFunction(() => document.querySelector('[data-test="cells"] td[data-column="cycle"]')?.innerText === "3");
  assert.match(await page.locator('[data-test="cells"] td[data-column="soh"]').innerText(), /80/);
  await at(page, "cycle-last").check();
  await page.waitForFunction(() => document.querySelector('[data-test="cells"] td[data-column="cycle"]')?.innerText === "5");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("files of one cell are one battery; its name and nominal capacity can be changed", async () => {
  const page = await open(browser, address, DESKTOP);
  const list = rows();
  const turn = list.findIndex(([, , a]) => a < 0);
  const files = [
    plain("B9_charge.csv", list.slice(0, turn)), plain("B9_discharge.csv", list.slice(turn - 1)),
    plain("CX_03_04_21.csv", list), plain("CX_03_05_21.csv", list), plain("other.csv", list),
  ];
  await readFiles(page, files);
  const ids = () => page.locator('[data-test="cells"] th[data-column="id"]').allInnerTexts();
  assert.deepEqual((await ids()).sort(), ["B9", "CX", "other"]);
  await page.locator('tr[data-row^="CX"] [data-test="cells-expand"]').click();
  assert.match(await at(page, "cell-files").innerText(), /CX_03_04_21\.csv[\s\S]*CX_03_05_21\.csv/);
  await at(page, "cell-nominal").fill("2.5");
  await at(page, "cell-nominal").blur();
  await page.waitForFunction(() => [...document.querySelectorAll('tr[data-row^="CX"] td[data-column="soh"]')].some((cell) => /81/.test(cell.innerText)));
  await page.locator('tr[data-row^="other"] [data-test="cells-expand"]').click();
  await page.locator('tr.detail [data-test="cell-name"]').last().fill("CX");
  await page.locator('tr.detail [data-test="cell-name"]').last().blur();
  await page.waitForFunction(() => document.querySelectorAll('[data-test="cells"] tbody tr[data-row]').length === 2);
  // What was read after a change stays when the change is taken back.
  await at(page, "files").setInputFiles([plain("later.csv", list)]);
  await page.locator('tr[data-row^="later"]').waitFor();
  await at(page, "undo").click();
  await page.locator('tr[data-row^="other"]').waitFor();
  assert.deepEqual((await ids()).sort(), ["B9", "CX", "later", "other"]);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a long read shows bytes, rate and remaining time, and stops at once", async () => {
  const page = await open(browser, address, DESKTOP);
  const body = table(rows(400, 0.0002), ([s, v, a]) => `${s},${v.toFixed(5)},${a.toFixed(5)}`);
  const paths = Array.from({ length: 4 }, (_, k) => write(`long${k}.csv`, `Test Time / s,Voltage / V,Current / A\n${body.repeat(8)}`));
  await at(page, "files").setInputFiles(paths);
  await page.waitForFunction(() => /MB.*MB.*\/s/.test(document.querySelector('[data-test="read-progress"]')?.innerText ?? ""));
  const started = Date.now();
  await at(page, "read-progress-cancel").click();
  await at(page, "read-progress").waitFor({ state: "detached" });
  const took = Date.now() - started;
  console.log(`cancelled in ${took} ms`);
  await amount(page.locator('[data-test="cells"] tbody tr[data-row]'), 0);
  // The page goes on working: the workers that were stopped are replaced.
  await readFiles(page, [plain("after.csv")]);
  await amount(page.locator('[data-test="cells"] tbody tr[data-row]'), 1);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("at 360 pixels, dark and Chinese, the choice of columns fits the screen", async () => {
  const page = await open(browser, address, { viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "zh-CN" });
  await at(page, "files").setInputFiles([headless("small.csv")]);
  await at(page, "choose-columns").click();
  await at(page, "map-cycle").waitFor();
  const { width, words } = await page.evaluate(() => {
    const dialog = document.querySelector('[data-test="mapping"]');
    return { width: Math.max(dialog.scrollWidth, document.documentElement.scrollWidth), words: dialog.innerText };
  });
  assert.ok(width <= 360, `${width} pixels wide`);
  assert.match(words, /选择/);
  if (process.env.VOLTVOTE_LOOK) await page.screenshot({ path: join(process.env.VOLTVOTE_LOOK, "mapping-360.png") });
  await page.context().close();
});
