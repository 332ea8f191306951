// What the recycler's page says about each decision, and the switch of the physics voter.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { amount, at, filesIn, makeIdentity, newRound, open, readFiles, voltvote } from "./actors.mjs";
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
  await amount(at(page, "why-votes").locator("tbody tr"), 10);
  assert.match(await at(page, "why-votes").innerText(), /%/);
  await amount(at(page, "why-levels").locator("tbody tr"), 3);
  assert.ok((await at(page, "why-decisive").innerText()).length > 0);

  await at(page, "compare").click();
  await at(page, "comparison").waitFor();
  await amount(at(page, "comparison").locator("tbody tr"), 10);

  assert.equal(await at(page, "physics-on").isChecked(), false, "off by default");
  assert.ok(await at(page, "physics-on").isDisabled(), "the demo reads no field-test files");
  assert.match(await at(page, "physics").innerText(), /experimental, simulated/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("the physics voter, switched on, votes on the recycler's own files and is called simulated", async () => {
  const folder = mkdtempSync(join(tmpdir(), "voltvote-decide-"));
  const here = (name) => join(folder, name);
  const csvs = (lot) => filesIn(lot).filter((path) => path.endsWith(".csv"));
  voltvote("simulate", "--cells", "9", "--seed", "10", "--out", here("lot"));
  voltvote("simulate", "--cells", "36", "--seed", "1", "--out", here("lab"));

  const page = await open(browser, address, { viewport: { width: 1280, height: 900 } });
  await makeIdentity(page, "Recycler");
  await readFiles(page, csvs(here("lot")));
  writeFileSync(here("round"), await newRound(page, { name: "Example", classes: ["LCO", "NMC", "LFP", "NCA"], quorum: 3 }));

  voltvote("features", here("lab"), "--manifest", here("lab/manifest.csv"), "--out", here("lab.csv"));
  // A quorum of three keys, all with one fleet: who votes is not what is looked at.
  const ballots = ["1", "2", "3"].map((seed) => {
    const [identity, ballot] = [here(`${seed}.identity.json`), here(`${seed}.ballot.json`)];
    voltvote("identity", "new", "--name", `Lab ${seed}`, "--out", identity);
    voltvote("ballot", "cast", "--round", here("round"), "--data", here("lab.csv"), "--labels", here("lab/manifest.csv"), "--identity", identity, "--seed", seed, "--out", ballot);
    return ballot;
  });
  await at(page, "ballot-files").setInputFiles(ballots);
  await at(page, "decisions").waitFor();
  await at(page, "decide-progress").waitFor({ state: "detached" });

  const expander = at(page, "decisions").locator("tbody tr[data-row] button").first();
  /** Who voted on the first battery, as soon as that many did: the table is drawn anew meanwhile. */
  const reasons = async (n) => {
    await expander.click();
    const told = await page.waitForFunction((wanted) => {
      const rows = [...document.querySelectorAll('[data-test="why-votes"] tbody tr')];
      return rows.length === wanted && rows.map((row) => row.innerText);
    }, n);
    return told.jsonValue();
  };
  await reasons(3); // only the collaborators
  await expander.click();

  assert.ok(await at(page, "physics-on").isEnabled(), "the lot's files were read here");
  await at(page, "physics-on").check();
  await page.getByText("It votes on 9 batteries.").waitFor();
  assert.match(await at(page, "physics").innerText(), /experimental, simulated/);
  const physics = (await reasons(4))[3];
  assert.match(physics, /physics voter \(simulated, experimental\)/);
  assert.match(physics, /LCO|NMC|LFP|NCA/);
  assert.match(await at(page, "why-levels").innerText(), /nickel-rich|cobalt-rich|LFP/, "a family");
  await expander.click();

  await at(page, "physics-on").uncheck();
  await page.waitForFunction(() => !document.querySelector('[data-test="physics"]').innerText.includes("It votes on"));
  await reasons(3); // it left again
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
