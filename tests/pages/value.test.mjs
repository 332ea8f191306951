// What the decision is worth, in the recycler's packed page: figures, edits, refusals, CSV.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { at, open, saved } from "./actors.mjs";
import { dist, launch, pause } from "./browser.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const FIGURES = [
  "routes", "accuracy", "sensitivity", "over-accuracy", "cost-nmc", "cost-lfp", "co2", "electricity",
  "share-calibration", "share-generation", "break-even", "scenario",
];

/** Types a number into a field and leaves it. */
async function change(page, test, value) {
  await at(page, test).fill(value);
  await at(page, test).blur();
}

/** The code and the field of the refusal that follows. */
async function refusal(page) {
  await at(page, "value-error").waitFor();
  const box = at(page, "value-error");
  return [await box.getAttribute("data-code"), await box.getAttribute("data-field")];
}

test("the demo's lot in money: figures of both papers, edits, refusals by field, reports", async () => {
  const page = await open(browser, pathToFileURL(join(dist, "recycle.html")).href);
  await at(page, "demo").click();
  await at(page, "value-collaborators").waitFor();
  for (const name of FIGURES) await at(page, `fig-${name}`).waitFor();
  const published = async (figure, ...numbers) => {
    const words = await at(page, `fig-${figure}`).innerText();
    for (const number of numbers) assert.ok(words.includes(number), `${figure}: ${number} in ${words}`);
  };
  await published("routes", "29,944", "13,280", "21,612", "10,039", "3,994");
  await published("co2", "1,104", "379", "228");
  await published("electricity", "80", "36");
  await published("scenario", "4.9", "35.8");

  await at(page, "value-items").locator("summary").click();
  await change(page, "item-price.copper", "");
  assert.deepEqual(await refusal(page), ["value-bad-value", "price.copper"]);
  // The figures that are kept meanwhile are not called by another currency.
  await at(page, "value-currency").selectOption("usd");
  await pause(500); // the same refusal again cannot be told from the first
  assert.doesNotMatch(await at(page, "value-profit").innerText(), /US\$/);
  await at(page, "value-currency").selectOption("yuan");
  await change(page, "item-price.copper", "50000");
  await at(page, "value-error").waitFor({ state: "detached" });
  await change(page, "item-nmc.cathode-share", "0.5");
  assert.deepEqual(await refusal(page), ["value-shares-not-one", "nmc"]);
  await at(page, "value-reset").click();
  await at(page, "value-error").waitFor({ state: "detached" });
  await change(page, "value-accuracy", "120");
  assert.deepEqual(await refusal(page), ["value-bad-share", "accuracy"]);
  await change(page, "value-accuracy", "71");
  await at(page, "value-error").waitFor({ state: "detached" });
  assert.match(await at(page, "value-own").innerText(), /15,996/);

  await change(page, "value-tonnes", "10");
  await page.waitForFunction(() => document.querySelector("[data-test=value-profit]").innerText.includes("10 t"));
  await at(page, "value-currency").selectOption("usd");
  await page.waitForFunction(() => document.querySelector("[data-test=value-profit]").innerText.includes("US$"));
  const lot = String(await saved(page, "save-value-csv"));
  assert.match(lot.split("\n")[0], /^battery,mass_kg,pyro_usd,/);
  const streams = String(await saved(page, "save-streams-csv"));
  assert.match(streams, /profit direct,LFP:NMC 1:1,3043\.\d+,USD\/t/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
