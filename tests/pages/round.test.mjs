// A whole round in real Chromium on the packed pages: three collaborators with measured cells, seven
// with simulated ones; votes and decisions equal the command line's, byte for byte.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PASSPHRASE, answer, at, filesIn, makeIdentity, newRound, open, readFiles, saved, voltvote, voltvoteMeanwhile } from "./actors.mjs";
import { launch, logged, root, text } from "./browser.mjs";

const data = resolve(root, process.env.VOLTVOTE_DATA ?? "../shared/data");
const CLASSES = ["LCO", "NMC", "NCA", "LFP"];

/** Measured cells by collaborator: makers that a small lab might have on its shelf. */
const SHELVES = [
  ["CALCE_CS2_33", "CALCE_CS2_35", "CALCE_CS2_36", "TJU_CY25-1_1-n1", "TJU_CY25-1_1-n2", "TJU_CY25-1_1-n3"],
  ["TJU_CY25-1_1-n4", "TJU_CY25-1_1-n5", "TJU_CY25-1_1-n6", "RWTH-Sanyo_030", "RWTH-Sanyo_043", "RWTH-Sanyo_045"],
  ["CALCE_CS2_37", "CALCE_CS2_38", "TJU_CY25-1_1-n7", "TJU_CY25-1_1-n8", "TJU_CY25-1_1-n9"],
];

let browser, server, folder;
before(async () => {
  browser = await launch();
  server = await logged(
    Object.fromEntries(["collaborate", "recycle", "verify"].map((name) => [`/${name}.html`, text(name)])),
  );
  folder = mkdtempSync(join(tmpdir(), "voltvote-round-"));
});
after(async () => {
  await browser.close();
  await server.close();
});

/** Folders of cycler files with a manifest each, one per collaborator. */
function fleets() {
  const measured = existsSync(join(data, "cycles/manifest.csv"));
  if (!measured) console.log("SKIPPED: measured cells, no data at $VOLTVOTE_DATA; simulated ones instead");
  return Array.from({ length: 10 }, (_, k) => {
    const own = join(folder, `own${k}`);
    if (!measured || k >= SHELVES.length) {
      voltvote("simulate", "--cells", "36", "--seed", String(100 + k), "--out", own);
      return own;
    }
    mkdirSync(own);
    for (const cell of SHELVES[k]) {
      cpSync(join(data, `cycles/bdf/${cell}.bdf.csv`), join(own, `${cell}.bdf.csv`));
    }
    const [head, ...rows] = readFileSync(join(data, "cycles/manifest.csv"), "utf8").split(/\r?\n/);
    const kept = rows.filter((row) => SHELVES[k].some((cell) => row.includes(`${cell}.bdf.csv`)));
    writeFileSync(join(own, "manifest.csv"), [head, ...kept, ""].join("\n"));
    return own;
  });
}

const csvs = (own) => filesIn(own).filter((path) => path.endsWith(".csv"));

test("ten collaborators and a recycler: the pages and the command line agree to the byte", async () => {
  const own = fleets();
  const lot = join(folder, "lot");
  voltvote("simulate", "--cells", "27", "--seed", "99", "--out", lot);

  const recycler = await open(browser, `${server.address}/recycle.html`);
  const backup = join(folder, "recycler.identity.json");
  writeFileSync(backup, await makeIdentity(recycler, "Recycler", PASSPHRASE));
  await readFiles(recycler, csvs(lot));
  const round = join(folder, "example.round.json");
  writeFileSync(round, await newRound(recycler, { name: "Example", classes: CLASSES, quorum: 5 }));

  // The votes do not depend on who signs them: one key serves all casts of the command line.
  const identity = join(folder, "lab.identity.json");
  voltvote("identity", "new", "--name", "Lab", "--out", identity);
  const ballots = own.map((_, k) => join(folder, `lab${k}.ballot.json`));
  const collaborate = async (k) => {
    const files = own[k];
    const page = await open(browser, `${server.address}/collaborate.html`);
    const made = await answer(page, { name: `Lab ${k}`, round, files: csvs(files), seed: 1000 + k });
    assert.deepEqual(page.complaints, [], `collaborator ${k}`);
    await page.context().close();
    writeFileSync(ballots[k], made.ballot);

    // The command line casts from the same files and seed: the votes are the same bytes.
    const features = join(folder, `own${k}.csv`);
    await voltvoteMeanwhile("features", files, "--manifest", join(files, "manifest.csv"), "--out", features);
    const cast = JSON.parse(
      await voltvoteMeanwhile("ballot", "cast", "--json", "--round", round, "--data", features, "--labels",
        join(files, "manifest.csv"), "--identity", identity, "--seed", String(1000 + k),
        "--out", join(folder, `cli${k}.ballot.json`)),
    );
    const receipt = JSON.parse(made.receipt);
    assert.equal(cast.payload, receipt.payload, `votes of collaborator ${k}`);
    const opened = JSON.parse(
      await voltvoteMeanwhile("ballot", "open", "--json", "--key", backup, "--round", round, ballots[k]),
    );
    assert.deepEqual(opened.ballot, JSON.parse(made.clear), `what left collaborator ${k}`);
  };
  // Two at a time, as there are at least two cores: one makes keys while another is compared.
  const waiting = [...own.keys()];
  const lane = async () => {
    for (let k = waiting.shift(); k !== undefined; k = waiting.shift()) await collaborate(k);
  };
  await Promise.all([lane(), lane()]);

  await at(recycler, "ballot-files").setInputFiles(ballots);
  await at(recycler, "decisions").waitFor();
  await at(recycler, "decide-progress").waitFor({ state: "detached" });
  const rule = await at(recycler, "rule").inputValue();
  const csv = await saved(recycler, "save-csv");
  const decided = JSON.parse(await saved(recycler, "save-json"));

  const result = join(folder, "result.csv");
  const told = JSON.parse(
    voltvote("tally", "--json", "--round", round, "--key", backup, "--rule", rule, "--out", result,
      "--truth", join(lot, "manifest.csv"), ...ballots),
  );
  assert.equal(csv.toString(), readFileSync(result, "utf8"));
  assert.equal(told.n_ballots, 10);
  assert.deepEqual(decided.decisions, told.decisions);

  // Three of the ten never saw the simulated makers; chance is 0.25.
  await at(recycler, "truth-file").setInputFiles(join(lot, "manifest.csv"));
  await at(recycler, "truth").waitFor();
  const accuracy = Number(await at(recycler, "truth").getAttribute("data-accuracy"));
  assert.ok(accuracy > 0.7, `accuracy ${accuracy}`);
  assert.equal(accuracy, told.accuracy);
  assert.deepEqual(recycler.complaints, []);
  await recycler.context().close();

  const pages = own.length + 1;
  assert.equal(server.requests.length, pages, server.requests.join("\n"));
  assert.ok(server.requests.every((request) => /^GET \/\w+\.html$/.test(request)));
});
