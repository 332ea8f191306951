// Nothing leaves a packed page: one request brings it, and every attempt to send is refused.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SETTLE_MS, form, fromPage, fromWorker, reached, settle, toOwnServer } from "./attempts.mjs";
import { launch, logged, pages, pause, text } from "./browser.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** Starts every attempt; errors are what we hope for, so they are not looked at. */
async function tryAll(target, attempts, to) {
  for (const [name, attempt] of Object.entries(attempts)) {
    await Promise.race([target.evaluate(attempt, `${to}/${name}`).catch(() => {}), pause(1000)]);
  }
}

/**
 * Opens a page, attacks it from inside, and returns what two servers saw. The form goes last: it
 * takes the page away, and with it whatever has not arrived.
 */
async function attack(html, overHttp, expected = []) {
  const own = await logged({ "/page.html": html });
  const elsewhere = await logged();
  const context = await browser.newContext();
  const page = await context.newPage();
  let address = `${own.address}/page.html`;
  if (!overHttp) {
    const file = join(mkdtempSync(join(tmpdir(), "voltvote-")), "page.html");
    writeFileSync(file, html);
    address = pathToFileURL(file).href;
  }
  await page.goto(address, { waitUntil: "load" });
  await pause(SETTLE_MS);
  const loading = [...own.requests];
  if (html.includes('id="packed-worker"')) {
    // A worker made the way the page makes its own, from the packed text.
    const started = page.waitForEvent("worker");
    await page.evaluate(() => {
      const packed = document.getElementById("packed-worker").textContent;
      const address = URL.createObjectURL(new Blob([packed], { type: "text/javascript" }));
      globalThis.attacked = new Worker(address);
    });
    await tryAll(await started, fromWorker, elsewhere.address);
  }
  await tryAll(page, fromPage, elsewhere.address);
  await tryAll(page, toOwnServer, own.address);
  await settle([own, elsewhere], expected);
  await tryAll(page, { form }, elsewhere.address);
  await settle([own, elsewhere], expected.length > 0 ? ["form"] : []);
  await context.close();
  await Promise.all([own.close(), elsewhere.close()]);
  return { loading, own: own.requests, elsewhere: elsewhere.requests };
}

for (const name of pages) {
  test(`${name}.html over http: one request, and every attempt to send is refused`, async () => {
    const seen = await attack(text(name), true);
    assert.deepEqual(seen.loading, ["GET /page.html"]);
    assert.deepEqual(seen.own, ["GET /page.html"]);
    assert.deepEqual(seen.elsewhere, []);
  });

  test(`${name}.html from file://: no request, and every attempt to send is refused`, async () => {
    const seen = await attack(text(name), false);
    assert.deepEqual(seen.own, []);
    assert.deepEqual(seen.elsewhere, []);
  });
}

const withoutPolicy = (html) =>
  html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");

test("the attempts are real: without its policy a page over http lets all of them through", async () => {
  const outward = [...Object.keys(fromPage), ...Object.keys(fromWorker)];
  const homeward = Object.keys(toOwnServer);
  const seen = await attack(withoutPolicy(text("collaborate")), true, [...outward, ...homeward]);
  const elsewhere = reached(seen.elsewhere);
  for (const name of [...outward, "form"]) {
    assert.ok(elsewhere.has(name), `${name} never arrived`);
  }
  const own = reached(seen.own);
  for (const name of homeward) assert.ok(own.has(name), `${name} never arrived`);
});

test("the attempts are real: without its policy a page from file:// lets them through", async () => {
  // Chromium itself keeps these two from a page that has no origin.
  const kept = ["blobmodule", "in-cache"];
  const free = [...Object.keys(fromPage), ...Object.keys(fromWorker)].filter(
    (name) => !kept.includes(name),
  );
  const seen = await attack(withoutPolicy(text("collaborate")), false, free);
  const elsewhere = reached(seen.elsewhere);
  for (const name of [...free, "form"]) assert.ok(elsewhere.has(name), `${name} never arrived`);
});

/** What no policy stops: WebRTC, navigation, and connections opened ahead of a request. */
const BANNED = [
  "RTCPeerConnection", "RTCDataChannel", "WebTransport", "window.open", "location.assign",
  "location.replace", "location.href=", "location=", "document.location", ".ping=", " ping=",
  "preconnect", "dns-prefetch", "prerender", "speculationrules", "http-equiv=\"refresh\"",
  "document.write", "document.cookie", "SharedWorker", "serviceWorker", "<iframe", "'iframe'",
  "\"iframe\"", "new Function", "javascript:",
];

const readable = (name) => text(name).replace(/(id="packed-engine">)[^<]*/, "$1");

test("the packed text holds no way around the policy", () => {
  for (const name of pages) {
    for (const word of BANNED) {
      const at = readable(name).indexOf(word);
      const around = readable(name).slice(Math.max(0, at - 60), at + 60);
      assert.equal(at, -1, `${name}.html has ${word}: ${around}`);
    }
  }
});

/** Names that look like addresses, and the place the page's own check tries to reach in vain. */
const NAMES = /^(http:\/\/www\.w3\.org\/|https:\/\/voltvote-selftest\.invalid\/)/;

test("every address in the packed text is a name, not a place to go", () => {
  for (const name of pages) {
    for (const [address] of readable(name).matchAll(/(https?|wss?):\/\/[^\s"'`<)]+/g)) {
      assert.match(address.replace("wss:", "https:"), NAMES, `${name}.html`);
    }
  }
});

test("a page has the policy of the design and nothing before it", () => {
  for (const name of pages) {
    const [head] = text(name).split("</head>");
    const policy = head.match(/http-equiv="Content-Security-Policy" content="([^"]*)"/)?.[1] ?? "";
    for (const part of [
      "default-src 'none'", "connect-src 'none'", "form-action 'none'", "base-uri 'none'",
      "img-src data: blob:",
    ]) {
      assert.ok(policy.includes(part), `${name}.html: ${part}`);
    }
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/, name);
    const before = head.split("<meta http-equiv")[0];
    assert.doesNotMatch(before, /<(script|style|link|img)/, name);
  }
});
