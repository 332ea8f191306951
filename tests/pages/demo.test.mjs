// The demo of both pages, from the landing page on: what a newcomer sees first.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { at, atLeast, open, picture } from "./actors.mjs";
import { dist, launch } from "./browser.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const address = (name) => pathToFileURL(join(dist, `${name}.html`)).href;
const DESKTOP = { viewport: { width: 1200, height: 850 } };

test("recycler's demo from file://: ten ballots, a decision per battery, labelled simulated", async () => {
  const page = await open(browser, address("recycle"), DESKTOP);
  await at(page, "demo").click();
  await at(page, "decisions").waitFor();
  await at(page, "decide-progress").waitFor({ state: "detached" });
  assert.equal(await at(page, "ballots-summary").getAttribute("data-counted"), "10");
  await atLeast(at(page, "decisions").locator("tbody tr[data-row]"), 30);
  await at(page, "simulated").waitFor();
  const accuracy = Number(await at(page, "truth").getAttribute("data-accuracy"));
  assert.ok(accuracy > 0.8, `accuracy ${accuracy}`);
  await page.locator("#step-decide").scrollIntoViewIfNeeded();
  await page.evaluate(() => document.getElementById("step-decide").scrollIntoView({ behavior: "instant" }));
  await picture(page, "recycle");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("collaborator's demo from file://: files, cells, training, and what leaves", async () => {
  const page = await open(browser, address("collaborate"), DESKTOP);
  await at(page, "demo").click();
  await at(page, "train").waitFor();
  await at(page, "train").click();
  await at(page, "quality").waitFor();
  await at(page, "leaves").waitFor();
  const size = async (name) => Number.parseFloat(await at(page, name).innerText());
  assert.ok((await size("size-raw")) > 0 && (await size("size-ballot")) > 0);
  const expand = at(page, "cells-expand").first();
  if (await expand.count()) await expand.click();
  await page.evaluate(() => document.getElementById("step-cells").scrollIntoView({ behavior: "instant" }));
  await picture(page, "collaborate");
  await page.evaluate(() => document.getElementById("step-leaves").scrollIntoView({ behavior: "instant" }));
  await picture(page, "leaves");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("the page's own check finds that nothing can be sent", async () => {
  const page = await open(browser, address("collaborate"), DESKTOP);
  await at(page, "selftest").locator("summary").click();
  await at(page, "selftest-run").click();
  await at(page, "selftest-verdict").waitFor();
  assert.equal(await at(page, "selftest-verdict").getAttribute("data-verdict"), "ok");
  await page.context().close();
});

test("at 360 pixels, in the dark and in Chinese, nothing is wider than the screen", async () => {
  for (const name of ["collaborate", "recycle", "verify"]) {
    const page = await open(browser, address(name), {
      viewport: { width: 360, height: 740 },
      colorScheme: "dark",
      locale: "zh-CN",
    });
    assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN", name);
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok((await width()) <= 360, `${name}: ${await width()} pixels wide`);
    if (name === "recycle") await picture(page, "recycle-small");
    if (name !== "verify") {
      await at(page, "demo").click();
      await at(page, name === "recycle" ? "value-tiles" : "cells").waitFor();
      await at(page, name === "recycle" ? "demo-progress" : "read-progress").waitFor({ state: "detached" });
      await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
      assert.ok((await width()) <= 360, `${name}, demo with everything open: ${await width()} pixels wide`);
    }
    await page.context().close();
  }
});

test("the landing page leads to every other page, and its first link starts the demo", async () => {
  const context = await browser.newContext(DESKTOP);
  const page = await context.newPage();
  await page.goto(address("index"));
  const links = await page.locator("nav a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  for (const name of ["recycle", "collaborate", "verify"]) {
    assert.ok(links.some((link) => link.startsWith(`${name}.html`)), name);
  }
  await page.locator("nav a").first().click();
  await at(page, "demo-progress").waitFor();
  await context.close();
});
