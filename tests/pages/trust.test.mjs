// The whole flow with the network unplugged, from pages saved to a folder: a collaborator answers,
// refuses, and meets a changed key; the recycler tallies; anybody verifies.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PASSPHRASE, answer, at, filesIn, open, saved, until, voltvote } from "./actors.mjs";
import { dist, launch, pause } from "./browser.mjs";

let browser, folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "voltvote-offline-"));
  for (const name of ["collaborate", "recycle", "verify"]) {
    copyFileSync(join(dist, `${name}.html`), join(folder, `${name}.html`));
  }
});
after(() => browser.close());

/** Until the page's draft holds these words. */
const drafted = (page, words) => until(page, (wanted) => new Promise((done) => {
  const opening = indexedDB.open("voltvote");
  opening.onsuccess = () => {
    const reading = opening.result.transaction("drafts").objectStore("drafts").get("recycle");
    reading.onsuccess = () => {
      opening.result.close();
      done(JSON.stringify(reading.result ?? "").includes(wanted));
    };
  };
}), words);

test("what was typed is kept without leaving the field, and is there when the page comes back", async () => {
  const recycler = await offline("recycle");
  for (const name of ["First name", "Second name"]) {
    await at(recycler, "round-name-input").fill(name);
    await drafted(recycler, name);
    await recycler.reload();
    await recycler.waitForSelector("html[data-restored=true]");
    assert.equal(await at(recycler, "round-name-input").inputValue(), name);
  }
  assert.deepEqual(recycler.complaints, []);
  await recycler.context().close();
});

const inFolder = (name) => join(folder, name);
const offline = (name) => open(browser, pathToFileURL(inFolder(`${name}.html`)).href, { offline: true });
const N_QUERY = 18;

/** Rounds, collaborators and their ballots, made by the command line. */
function prepare() {
  voltvote("simulate", "--cells", String(N_QUERY), "--seed", "99", "--out", inFolder("lot"));
  voltvote("features", inFolder("lot"), "--manifest", inFolder("lot/manifest.csv"), "--out", inFolder("lot.csv"));
  for (const key of ["recycler", "impostor"]) {
    voltvote("identity", "new", "--name", "Recycler", "--out", inFolder(`${key}.identity.json`));
  }
  for (const [name, key] of [["First", "recycler"], ["Second", "recycler"], ["Third", "impostor"]]) {
    voltvote("round", "new", "--name", name, "--query", inFolder("lot.csv"), "--classes", "LCO,NMC,NCA,LFP",
      "--quorum", "3", "--key", inFolder(`${key}.identity.json`), "--out", inFolder(`${name}.round.json`));
  }
  for (const k of [1, 2, 3]) {
    voltvote("simulate", "--cells", "36", "--seed", String(k), "--out", inFolder(`own${k}`));
    voltvote("features", inFolder(`own${k}`), "--manifest", inFolder(`own${k}/manifest.csv`), "--out", inFolder(`own${k}.csv`));
    voltvote("identity", "new", "--name", `Lab ${k}`, "--out", inFolder(`lab${k}.identity.json`));
    for (const round of ["First", "Second"]) {
      voltvote("ballot", "cast", "--round", inFolder(`${round}.round.json`), "--data", inFolder(`own${k}.csv`),
        "--labels", inFolder(`own${k}/manifest.csv`), "--identity", inFolder(`lab${k}.identity.json`),
        "--seed", String(k), "--out", inFolder(`${round}${k}.ballot.json`));
    }
  }
}

const codes = (page) =>
  page.locator('[data-test="round-checks"] li').evaluateAll((items) => items.map((item) => item.dataset.code));

test("unplugged, from saved pages: answer, refuse, notice a changed key, tally, verify", async () => {
  prepare();
  const collaborator = await offline("collaborate");
  const load = async (name) => {
    await at(collaborator, "round-file").setInputFiles(inFolder(`${name}.round.json`));
    await collaborator.locator('[data-test="round-name"]', { hasText: name }).waitFor();
    return codes(collaborator);
  };
  assert.ok((await load("First")).includes("recycler-first"));
  const csvs = filesIn(inFolder("own1")).filter((path) => path.endsWith(".csv"));
  const made = await answer(collaborator, { name: "Lab 1", round: inFolder("First.round.json"), files: csvs, seed: 1 });
  writeFileSync(inFolder("First1.ballot.json"), made.ballot);
  writeFileSync(inFolder("lab1.receipt.json"), made.receipt);
  const ledger = at(collaborator, "ledger");
  await ledger.waitFor();
  assert.equal(await ledger.getAttribute("data-labels"), String(N_QUERY));
  assert.equal(await ledger.getAttribute("data-rounds"), "1");

  // The key is known after the first answer; a round may be refused, and that is remembered.
  assert.ok((await load("Second")).includes("recycler-known"));
  await at(collaborator, "refuse").click();
  await at(collaborator, "confirm-yes").click();
  await at(collaborator, "round-card").waitFor({ state: "detached" });
  assert.ok((await load("Second")).includes("refused-before"));
  assert.ok((await load("Third")).includes("recycler-changed"));
  assert.deepEqual(collaborator.complaints, []);
  await collaborator.context().close();

  const recycler = await offline("recycle");
  await at(recycler, "identity-restore").click();
  await at(recycler, "identity-file").setInputFiles(inFolder("recycler.identity.json"));
  await at(recycler, "identity-restore-passphrase").fill(PASSPHRASE);
  await at(recycler, "identity-restore-go").click();
  await at(recycler, "identity").waitFor();
  await at(recycler, "round-file").setInputFiles(inFolder("First.round.json"));
  await at(recycler, "round-card").waitFor();
  const ballots = [1, 2, 3].map((k) => inFolder(`First${k}.ballot.json`));
  await at(recycler, "ballot-files").setInputFiles([...ballots, inFolder("Second2.ballot.json")]);
  await at(recycler, "decisions").waitFor();
  const summary = at(recycler, "ballots-summary");
  assert.deepEqual([await summary.getAttribute("data-counted"), await summary.getAttribute("data-rejected")], ["3", "1"]);
  writeFileSync(inFolder("result.csv"), await saved(recycler, "save-csv"));
  writeFileSync(inFolder("board.json"), await saved(recycler, "save-board"));

  // Left while it still opens what the draft holds, and that more than once, the page loses none of it.
  await recycler.context().addInitScript(() => {
    const { decrypt } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.decrypt = async function (...words) {
      await new Promise((done) => setTimeout(done, 500));
      return decrypt.apply(this, words);
    };
  });
  for (const wait of [0, 700, 1300]) {
    await recycler.reload();
    await at(recycler, "ballot-progress").waitFor();
    await pause(wait);
  }
  await at(recycler, "decisions").waitFor();
  assert.deepEqual([await summary.getAttribute("data-counted"), await summary.getAttribute("data-rejected")], ["3", "1"]);

  // After the tally the round's key may go, and then nobody opens a ballot here any more.
  await at(recycler, "destroy-key").click();
  await at(recycler, "confirm-yes").click();
  await at(recycler, "identity").waitFor({ state: "detached" });
  await recycler.reload();
  await recycler.waitForSelector("html[data-usable=true]");
  assert.equal(await at(recycler, "identity").count(), 0);
  // The draft brings back the round and the sealed ballots, but nothing that opens them.
  await at(recycler, "no-key").waitFor();
  await recycler.locator('[data-test="ballots-summary"][data-rejected="4"]').waitFor();
  assert.equal(await summary.getAttribute("data-counted"), "0");
  assert.equal(await at(recycler, "decisions").count(), 0);
  assert.deepEqual(recycler.complaints, []);
  await recycler.context().close();

  const verifier = await offline("verify");
  const files = [inFolder("lab1.receipt.json"), inFolder("board.json"), inFolder("First.round.json"), inFolder("result.csv"), ...ballots];
  await at(verifier, "verify-files").setInputFiles(files);
  await at(verifier, "verify-outcome").waitFor();
  assert.equal(await at(verifier, "verify-outcome").getAttribute("data-status"), "accepted");
  const findings = () => at(verifier, "verify-finding").evaluateAll((all) => all.map(({ dataset }) => dataset.good));
  assert.deepEqual(await findings(), ["true", "true"]);
  await at(verifier, "verify-files").setInputFiles([inFolder("Second2.ballot.json")]);
  await verifier.locator('[data-test="verify-finding"][data-good="false"]').waitFor();
  const changed = readFileSync(inFolder("result.csv"), "utf8").replace(/decided/, "unknown");
  writeFileSync(inFolder("result.csv"), changed);
  await at(verifier, "verify-files").setInputFiles([inFolder("result.csv")]);
  await at(verifier, "verify-error").waitFor();
  assert.deepEqual(verifier.complaints, []);
  await verifier.context().close();
});
