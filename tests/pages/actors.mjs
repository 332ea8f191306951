// The people of a round, working through the pages' own controls.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { pause, root } from "./browser.mjs";

export const PASSPHRASE = "a phrase for trying things out";

/** Generous: a loaded machine makes RSA keys slowly, and no test here is a timed one. */
const PATIENCE_MS = 120_000;

const PROGRAM = process.env.VOLTVOTE_CLI ?? join(root, "target/debug/voltvote");
const OPTIONS = { encoding: "utf8", env: { ...process.env, VOLTVOTE_PASSPHRASE: PASSPHRASE }, maxBuffer: 1 << 28 };

/** The command line of this very build; returns what it printed. */
export const voltvote = (...words) => execFileSync(PROGRAM, words, { ...OPTIONS, stdio: ["ignore", "pipe", "pipe"] });

/** The same beside other work. */
export const voltvoteMeanwhile = async (...words) => (await promisify(execFile)(PROGRAM, words, OPTIONS)).stdout;

/** All files below a folder. */
export function filesIn(folder) {
  return readdirSync(folder)
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesIn(path) : [path];
    })
    .sort();
}

export const at = (page, test) => page.locator(`[data-test="${test}"]`);

/**
 * So many of them, as soon as the page has drawn them: what follows a click may be drawn a frame
 * later. For none there is nothing to wait for.
 */
export async function amount(locator, wanted, why) {
  if (wanted > 0) await atLeast(locator, wanted);
  assert.equal(await locator.count(), wanted, why);
}

/** At least so many of them: long tables and lists of figures are drawn in slices. */
export const atLeast = (locator, wanted) => locator.nth(wanted - 1).waitFor({ state: "attached" });

/** Until an asynchronous question to the page is answered by yes; `waitForFunction` takes any promise for one. */
export async function until(page, asked, ...words) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await page.evaluate(asked, ...words))) {
    assert.ok(Date.now() < end, `never came true: ${asked}`);
    await pause(50);
  }
}

/** Opens a page with fresh storage; whatever it complains about fails the test at the end. */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") page.complaints.push(message.text());
  });
  await page.goto(address);
  await page.waitForSelector("html[data-usable=true]");
  return page;
}

/** Clicks a control and returns the bytes of the file it saves. */
export async function saved(page, test) {
  const [download] = await Promise.all([page.waitForEvent("download"), at(page, test).click()]);
  return readFileSync(await download.path());
}

/** Makes a key; with a passphrase the page saves a backup, which is returned. */
export async function makeIdentity(page, name, passphrase = "") {
  await at(page, "identity-new").click();
  await at(page, "identity-name").fill(name);
  await at(page, "identity-passphrase").fill(passphrase);
  await at(page, "identity-passphrase-again").fill(passphrase);
  const backup = passphrase ? saved(page, "identity-create") : at(page, "identity-create").click();
  const bytes = await backup;
  await at(page, "identity").waitFor();
  return bytes;
}

/** Gives the page files and waits until all are read. */
export async function readFiles(page, paths) {
  await at(page, "files").setInputFiles(paths);
  await at(page, "cells").waitFor();
  await at(page, "read-progress").waitFor({ state: "detached" });
}

/** The recycler opens a round and saves its file. */
export async function newRound(page, { name, classes, quorum }) {
  await at(page, "round-name-input").fill(name);
  await at(page, "round-quorum").fill(String(quorum));
  await at(page, "round-classes-input").fill(classes.join("\n"));
  await at(page, "round-classes-input").blur();
  await at(page, "open-round").click();
  await at(page, "round-card").waitFor();
  return saved(page, "save-round");
}

/** A collaborator answers a round; returns its ballot, its receipt and the ballot in clear. */
export async function answer(page, { name, round, files, seed }) {
  await at(page, "round-file").setInputFiles(round);
  await at(page, "round-card").waitFor();
  await readFiles(page, files);
  await at(page, "train-settings").locator("summary").click();
  await at(page, "train-seed").fill(String(seed));
  await at(page, "train-seed").blur();
  await at(page, "train").click();
  await at(page, "quality").waitFor();
  await at(page, "leaves-raw").locator("summary").click();
  const clear = await saved(page, "leaves-download");
  await makeIdentity(page, name);
  await at(page, "seal").click();
  await at(page, "sealed").waitFor();
  return { clear, ballot: await saved(page, "save-ballot"), receipt: await saved(page, "save-receipt") };
}


/** A picture for the README, when `VOLTVOTE_PICTURES` asks for new ones. */
export async function picture(page, name, options = {}) {
  if (!process.env.VOLTVOTE_PICTURES) return;
  const path = join(root, "docs", `${name}.png`);
  await page.screenshot({ path, animations: "disabled", ...options });
}
