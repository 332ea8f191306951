// The packed pages in Debian's Firefox: nothing leaves them, and votes and decisions are the bytes
// that the command line (and Chromium, by tests/pages) makes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PASSPHRASE, answer, at, filesIn, saved, voltvote } from "../pages/actors.mjs";
import { SETTLE_MS, form, fromPage, fromWorker, reached, settle, toOwnServer } from "../pages/attempts.mjs";
import { dist, logged, pages, pause, text } from "../pages/browser.mjs";
import { launch } from "./webdriver.mjs";

let firefox;
before(async () => (firefox = await launch()));
after(() => firefox.close());

/** Runs attempts in the page, each with the address of its own name. */
async function tryAll(page, attempts, to) {
  for (const [name, attempt] of Object.entries(attempts)) {
    await page
      .evaluate(`(to) => { try { Promise.resolve((${attempt})(to)).catch(() => {}); } catch {} }`, `${to}/${name}`)
      .catch(() => {});
  }
}

/** Runs attempts in a worker made the way the page makes its own: from a blob of the packed text. */
async function tryInWorker(page, attempts, to) {
  const code = Object.entries(attempts).map(
    ([name, attempt]) =>
      `try { Promise.resolve((${attempt})(${JSON.stringify(`${to}/${name}`)})).catch(() => {}); } catch {}`,
  );
  await page.evaluate(`(code) => {
    const packed = document.getElementById("packed-worker").textContent;
    const blob = new Blob([packed, ";", code], { type: "text/javascript" });
    window.attacked = new Worker(URL.createObjectURL(blob));
  }`, code.join("\n"));
}

async function attack(html, overHttp, expected = []) {
  const own = await logged({ "/page.html": html });
  const elsewhere = await logged();
  const page = await firefox.session();
  let address = `${own.address}/page.html`;
  if (!overHttp) {
    const file = join(mkdtempSync(join(tmpdir(), "voltvote-")), "page.html");
    writeFileSync(file, html);
    address = pathToFileURL(file).href;
  }
  await page.goto(address);
  await pause(SETTLE_MS);
  const loading = [...own.requests];
  if (html.includes('id="packed-worker"')) await tryInWorker(page, fromWorker, elsewhere.address);
  await tryAll(page, fromPage, elsewhere.address);
  await tryAll(page, toOwnServer, own.address);
  await settle([own, elsewhere], expected);
  await tryAll(page, { form }, elsewhere.address);
  await settle([own, elsewhere], expected.length > 0 ? ["form"] : []);
  await page.close();
  await Promise.all([own.close(), elsewhere.close()]);
  return { loading, own: own.requests, elsewhere: elsewhere.requests };
}

/** Firefox asks the server for an icon even where the page forbids images; the host learns nothing. */
const withoutIcon = (requests) => requests.filter((request) => request !== "GET /favicon.ico");

for (const name of pages) {
  test(`${name}.html over http in Firefox: one request, and every attempt to send is refused`, async () => {
    const seen = await attack(text(name), true);
    assert.deepEqual(withoutIcon(seen.loading), ["GET /page.html"]);
    assert.deepEqual(withoutIcon(seen.own), ["GET /page.html"]);
    assert.deepEqual(seen.elsewhere, []);
  });

  test(`${name}.html from file:// in Firefox: every attempt to send is refused`, async () => {
    const seen = await attack(text(name), false);
    assert.deepEqual(seen.own, []);
    assert.deepEqual(seen.elsewhere, []);
  });
}

test("the attempts are real in Firefox too: without its policy a page lets them through", async () => {
  const open = text("collaborate").replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
  const surely = ["fetch", "post", "xhr", "websocket", "beacon", "image", "in-fetch", "in-xhr", "in-websocket"];
  const all = [...Object.keys(fromPage), ...Object.keys(fromWorker), ...Object.keys(toOwnServer)];
  const seen = await attack(open, true, all);
  const arrived = reached([...seen.own, ...seen.elsewhere]);
  const kept = all.filter((name) => !arrived.has(name));
  console.log(`of ${all.length} attempts Firefox itself keeps back: ${kept.join(", ") || "none"}`);
  for (const name of [...surely, "form"]) assert.ok(arrived.has(name), `${name} never arrived`);
  assert.ok(kept.length <= 4, `never arrived: ${kept.join(", ")}`);
});

const CLASSES = ["LCO", "NMC", "NCA", "LFP"];

test("a round in Firefox from file://: ballot, decisions and receipt are the command line's", async () => {
  const folder = mkdtempSync(join(tmpdir(), "voltvote-round-"));
  const inFolder = (name) => join(folder, name);
  const own = (k) => inFolder(`own${k}`);
  voltvote("simulate", "--cells", "18", "--seed", "99", "--out", inFolder("lot"));
  voltvote("features", inFolder("lot"), "--manifest", inFolder("lot/manifest.csv"), "--out", inFolder("lot.csv"));
  const key = inFolder("recycler.identity.json");
  const round = inFolder("example.round.json");
  voltvote("identity", "new", "--name", "Recycler", "--out", key);
  voltvote("round", "new", "--name", "Example", "--query", inFolder("lot.csv"), "--classes", CLASSES.join(","),
    "--quorum", "3", "--key", key, "--out", round);
  const cast = [1, 2, 3].map((k) => {
    voltvote("simulate", "--cells", "36", "--seed", String(k), "--out", own(k));
    voltvote("features", own(k), "--manifest", join(own(k), "manifest.csv"), "--out", inFolder(`own${k}.csv`));
    voltvote("identity", "new", "--name", `Lab ${k}`, "--out", inFolder(`lab${k}.identity.json`));
    return JSON.parse(voltvote("ballot", "cast", "--json", "--round", round, "--data", inFolder(`own${k}.csv`),
      "--labels", join(own(k), "manifest.csv"), "--identity", inFolder(`lab${k}.identity.json`), "--seed", String(k),
      "--out", inFolder(`lab${k}.ballot.json`)));
  });

  const open = async (name) => {
    const page = await firefox.session();
    await page.goto(pathToFileURL(join(dist, `${name}.html`)).href);
    await page.waitForSelector("html[data-usable=true]");
    return page;
  };
  const collaborator = await open("collaborate");
  const csvs = filesIn(own(1)).filter((path) => path.endsWith(".csv"));
  const made = await answer(collaborator, { name: "Lab 1", round, files: csvs, seed: 1 });
  await collaborator.close();
  assert.equal(JSON.parse(made.receipt).payload, cast[0].payload, "the votes of Firefox and the command line");
  const ballots = [1, 2, 3].map((k) => inFolder(`lab${k}.ballot.json`));
  writeFileSync(ballots[0], made.ballot);
  writeFileSync(inFolder("lab1.receipt.json"), made.receipt);
  const opened = JSON.parse(voltvote("ballot", "open", "--json", "--key", key, "--round", round, ballots[0]));
  assert.deepEqual(opened.ballot, JSON.parse(made.clear), "what left Firefox");

  const recycler = await open("recycle");
  await at(recycler, "identity-restore").click();
  await at(recycler, "identity-file").setInputFiles(key);
  await at(recycler, "identity-restore-passphrase").fill(PASSPHRASE);
  await at(recycler, "identity-restore-go").click();
  await at(recycler, "identity").waitFor();
  await at(recycler, "round-file").setInputFiles(round);
  await at(recycler, "round-card").waitFor();
  await at(recycler, "ballot-files").setInputFiles(ballots);
  await at(recycler, "decisions").waitFor();
  await at(recycler, "decide-progress").waitFor({ state: "detached" });
  const rule = await at(recycler, "rule").inputValue();
  const csv = await saved(recycler, "save-csv");
  writeFileSync(inFolder("board.json"), await saved(recycler, "save-board"));
  await recycler.close();
  voltvote("tally", "--round", round, "--key", key, "--rule", rule, "--out", inFolder("result.csv"), ...ballots);
  assert.equal(csv.toString(), readFileSync(inFolder("result.csv"), "utf8"), "the decisions of Firefox and the command line");

  const verifier = await open("verify");
  await at(verifier, "verify-files").setInputFiles([inFolder("lab1.receipt.json"), inFolder("board.json"), round]);
  await at(verifier, "verify-outcome").waitFor();
  assert.equal(await at(verifier, "verify-outcome").getAttribute("data-status"), "accepted");
  await at(verifier, "selftest").locator("summary").click();
  await at(verifier, "selftest-run").click();
  await at(verifier, "selftest-verdict").waitFor();
  assert.equal(await at(verifier, "selftest-verdict").getAttribute("data-verdict"), "ok");
  await verifier.close();
});
