// What the recycler's page says about each decision, and the switch of the physics voter.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { at, open } from "./actors.mjs";
import { dist, launch } from "./browser.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const address = pathToFileURL(join(dist, "recycle.html")).href;

test("every decision shows why; the physics voter is off and says what it needs", async () => {
  const page = await open(browser, address, { viewport: { width: 1280, height: 900 } });
  await at(page, "demo").click();
  await at(page, "decisions").waitFor();
  await at(page, "decide-progress").waitFor({ state: "detached" });

  await at(page, "decisions").locator("tbody tr[data-row] button").first().click();
  await at(page, "why-votes").waitFor();
  assert.equal(await at(page, "why-votes").locator("tbody tr").count(), 10);
  assert.match(await at(page, "why-votes").innerText(), /%/);
  assert.equal(await at(page, "why-levels").locator("tbody tr").count(), 3);
  assert.ok((await at(page, "why-decisive").innerText()).length > 0);

  await at(page, "compare").click();
  await at(page, "comparison").waitFor();
  assert.equal(await at(page, "comparison").locator("tbody tr").count(), 10);

  assert.equal(await at(page, "physics-on").isChecked(), false, "off by default");
  assert.ok(await at(page, "physics-on").isDisabled(), "the demo reads no field-test files");
  assert.match(await at(page, "physics").innerText(), /experimental, simulated/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
