// A mind changed on the way: other parameters, another round, a name typed twice. Nothing that was
// computed for the one may be used for the other, and nothing typed may get lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { amount, answer, at, filesIn, makeIdentity, newRound, open, readFiles, voltvote } from "./actors.mjs";
import { dist, launch } from "./browser.mjs";

let browser, folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "voltvote-changes-"));
});
after(() => browser.close());

const address = (name) => pathToFileURL(join(dist, `${name}.html`)).href;
const inFolder = (name) => join(folder, name);
const payloadOf = (file) => JSON.parse(Buffer.from(JSON.parse(file).payload, "base64url"));

function simulated(name, cells, seed) {
  voltvote("simulate", "--cells", String(cells), "--seed", String(seed), "--out", inFolder(name));
  return filesIn(inFolder(name)).filter((path) => path.endsWith(".csv"));
}

async function setWindow(page, value) {
  await at(page, "round-more").locator("summary").click();
  await at(page, "round-window").fill(String(value));
  await at(page, "round-window").blur();
}

test("features follow the parameters of the round, whichever came first", async () => {
  const lot = simulated("lot", 9, 10);
  const own = simulated("own", 36, 1);
  const rounds = {};
  for (const order of ["files first", "parameters first"]) {
    const page = await open(browser, address("recycle"));
    await makeIdentity(page, "Recycler");
    if (order === "parameters first") await setWindow(page, 5);
    await readFiles(page, lot);
    if (order === "files first") {
      const before = await at(page, "cells").innerText();
      await setWindow(page, 5);
      await at(page, "read-progress").waitFor({ state: "detached" });
      assert.equal(await at(page, "cells").innerText(), before, "the same batteries");
    }
    rounds[order] = await newRound(page, { name: "Example", classes: ["LCO", "NMC", "LFP", "NCA"], quorum: 3 });
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
  const [one, other] = Object.values(rounds).map(payloadOf);
  assert.equal(one.protocol.median_window, 5);
  assert.deepEqual(one.query, other.query);

  const round = inFolder("five.round.json");
  writeFileSync(round, rounds["files first"]);
  const receipts = [];
  for (const isEarly of [true, false]) {
    const page = await open(browser, address("collaborate"));
    if (isEarly) await readFiles(page, own);
    const { receipt } = await answer(page, { name: "Lab", round, files: isEarly ? [] : own, seed: 1 });
    receipts.push(JSON.parse(receipt).payload);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
  assert.equal(receipts[0], receipts[1], "the same votes");
});

test("the demo's batteries and its key never serve a real round", async () => {
  const recycler = await open(browser, address("recycle"));
  await at(recycler, "demo").click();
  await at(recycler, "decisions").waitFor();
  await at(recycler, "demo-progress").waitFor({ state: "detached" });
  await at(recycler, "forget").click();
  await at(recycler, "confirm-yes").click();
  await at(recycler, "identity").waitFor({ state: "detached" });
  await amount(at(recycler, "round-card"), 0);
  await recycler.context().close();

  const collaborator = await open(browser, address("collaborate"));
  await at(collaborator, "demo").click();
  await at(collaborator, "train").waitFor();
  await at(collaborator, "round-file").setInputFiles(inFolder("five.round.json"));
  await collaborator.locator('[data-test="round-name"]', { hasText: "Example" }).waitFor();
  await at(collaborator, "cells").waitFor({ state: "detached" });
  assert.deepEqual(collaborator.complaints, []);
  await collaborator.context().close();
});

test("a typed label outlives its file being read again, and typing is not disturbed by reading", async () => {
  const page = await open(browser, address("collaborate"));
  const files = simulated("shelf", 9, 3).filter((path) => !path.endsWith("manifest.csv"));
  const [first, ...rest] = files;
  await readFiles(page, [first]);
  const label = at(page, "cell-label").first();
  await label.fill("LFP");
  await label.blur();
  // Half typed in one row while others are read: it stays, and so does the caret.
  await label.fill("LFP from the bus");
  await at(page, "files").setInputFiles(rest);
  await amount(at(page, "report"), files.length);
  assert.equal(await label.inputValue(), "LFP from the bus");
  await label.blur();
  await page.waitForFunction((n) => document.querySelectorAll('[data-test="cells"] tbody tr[data-row]').length === n, files.length);
  const typed = () => page.locator('[data-test="cell-label"]').evaluateAll((all) => all.map(({ value }) => value).filter(Boolean));
  assert.deepEqual(await typed(), ["LFP from the bus"]);
  await readFiles(page, [first]);
  await at(page, "read-progress").waitFor({ state: "detached" });
  assert.deepEqual(await typed(), ["LFP from the bus"]);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a passphrase mistyped once can be corrected", async () => {
  const page = await open(browser, address("collaborate"));
  await at(page, "identity-new").click();
  await at(page, "identity-name").fill("Lab");
  await at(page, "identity-passphrase").fill("a long enough phrase");
  await at(page, "identity-passphrase-again").fill("a long enough phrase?");
  await at(page, "identity-create").click();
  await at(page, "identity-passphrase-again").fill("a long enough phrase");
  await at(page, "identity-create").click();
  await at(page, "identity").waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
