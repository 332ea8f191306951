// Times of the packed pages in Chromium, as a person with a mouse would meet them; medians.
//
// `cargo xtask bench pages`. Prints beside each figure what was asked for it, and a peer where there
// is one, measured in the same run. Measured cells come from $VOLTVOTE_DATA; without them the parts
// that need them are left out and say so.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PASSPHRASE, at, filesIn } from "../tests/pages/actors.mjs";
import { launch, logged, pause, root, text } from "../tests/pages/browser.mjs";
import { unpack } from "../www/ui/unpack.js";

const data = resolve(root, process.env.VOLTVOTE_DATA ?? "../shared/data");
const RUNS = Number(process.env.VOLTVOTE_RUNS ?? 5);
const folder = mkdtempSync(join(tmpdir(), "voltvote-bench-"));
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const cli = (...words) =>
  execFileSync(process.env.VOLTVOTE_CLI ?? join(root, "target/release/voltvote"), words, {
    env: { ...process.env, VOLTVOTE_PASSPHRASE: PASSPHRASE },
    stdio: ["ignore", "pipe", "inherit"],
  });

const row = (what, value, asked, note = "") => console.log(`${what.padEnd(52)} ${value.padStart(12)}   ${asked.padEnd(12)} ${note}`);
const ms = (value) => `${Math.round(value)} ms`;

/** Runs before the page's own script: when it could be used, and every time it did not answer. */
const watch = () => {
  window.bench = { usable: null, longest: 0, tasks: [] };
  new MutationObserver(() => {
    if (document.documentElement.dataset.usable && bench.usable === null) bench.usable = performance.now();
  }).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-usable"] });
  new PerformanceObserver((list) => bench.tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: "longtask", buffered: true });
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    bench.longest = Math.max(bench.longest, now - last - 10);
    last = now;
  }, 10);
};

/** Notes how long the page's workers take for each operation. */
const timeOperations = () => {
  bench.operations = [];
  const Plain = Worker;
  window.Worker = class extends Plain {
    constructor(...options) {
      super(...options);
      this.asked = new Map();
      this.addEventListener("message", ({ data: told }) => {
        const asked = this.asked.get(told.id);
        if (asked && !("progress" in told)) bench.operations.push([asked.op, performance.now() - asked.start]);
      });
    }

    postMessage(message, ...rest) {
      if (message?.op) this.asked.set(message.id, { op: message.op, start: performance.now() });
      super.postMessage(message, ...rest);
    }
  };
};

async function open(browser, address) {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  await page.addInitScript(watch);
  await page.addInitScript(timeOperations);
  await page.goto(address);
  await page.waitForFunction(() => window.bench.usable !== null);
  return page;
}

async function load(browser, server) {
  for (const name of ["collaborate", "recycle", "verify"]) {
    const times = [];
    for (let i = 0; i < RUNS; i += 1) {
      const page = await open(browser, `${server.address}/${name}.html`);
      times.push(await page.evaluate(() => ({ paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0, usable: bench.usable })));
      await page.context().close();
    }
    const wait = times.map(({ paint, usable }) => Math.max(0, usable - paint));
    row(`${name}: first paint to usable`, ms(median(wait)), "<= 500 ms", `usable ${ms(median(times.map((one) => one.usable)))} after navigation`);
  }
}

/** From a click to the moment something is there, by the page's own clock. */
const clickUntil = (page, button, wanted) =>
  page.evaluate(async ([press, find]) => {
    const one = (test) => document.querySelector(`[data-test="${test}"]`);
    const start = performance.now();
    one(press).click();
    while (!one(find)) await new Promise((done) => { setTimeout(done, 5); });
    return performance.now() - start;
  }, [button, wanted]);

async function demos(browser, server) {
  const times = { collaborate: [], recycle: [] };
  for (let i = 0; i < Math.min(RUNS, 3); i += 1) {
    for (const [name, wanted] of [["recycle", "decisions"], ["collaborate", "cells"]]) {
      const page = await open(browser, `${server.address}/${name}.html`);
      times[name].push(await clickUntil(page, "demo", wanted));
      await page.context().close();
    }
  }
  row("recycle: demo, click to decisions (10 collaborators)", ms(median(times.recycle)), "");
  row("collaborate: demo, click to a table of cells", ms(median(times.collaborate)), "");
}

/** A round over a small simulated lot with the classes of a fleet, by the command line. */
function roundFor(classes) {
  const [lot, key, file] = ["lot", "key.json", `bench${classes.length}.round.json`].map((name) => join(folder, name));
  if (existsSync(file)) return file;
  cli("simulate", "--cells", "27", "--seed", "9", "--out", lot);
  cli("features", lot, "--manifest", join(lot, "manifest.csv"), "--out", `${lot}.csv`);
  if (!existsSync(key)) cli("identity", "new", "--name", "Recycler", "--out", key);
  cli("round", "new", "--name", "Bench", "--query", `${lot}.csv`, "--classes", classes.join(","), "--key", key, "--out", file);
  return file;
}

const classesOf = (manifest) => {
  const [head, ...rows] = readFileSync(manifest, "utf8").trim().split(/\r?\n/).map((line) => line.split(","));
  const column = head.indexOf("class") >= 0 ? head.indexOf("class") : head.indexOf("cathode");
  return [...new Set(rows.map((cells) => cells[column]))].sort();
};

async function fleet(browser, server) {
  const from = join(data, "fleet-dev");
  if (!existsSync(from)) { console.log("LEFT OUT: a fleet of 130 cells, no data at $VOLTVOTE_DATA"); return; }
  const round = roundFor(classesOf(join(from, "manifest.csv")));
  const runs = [];
  for (let i = 0; i < RUNS; i += 1) {
    const page = await open(browser, `${server.address}/collaborate.html`);
    await at(page, "round-file").setInputFiles(round);
    await at(page, "round-card").waitFor();
    await page.evaluate(() => {
      Object.assign(bench, { longest: 0, tasks: [] });
      const input = document.querySelector('[data-test="files"]');
      // From the moment the page has the files; the trip of their names into the browser is not ours.
      input.addEventListener("change", () => { bench.start = performance.now(); }, { capture: true, once: true });
    });
    const given = at(page, "files").setInputFiles(filesIn(from));
    const times = await page.evaluate(async () => {
      const one = (test) => document.querySelector(`[data-test="${test}"]`);
      const until = async (there) => { while (!there()) await new Promise((done) => { setTimeout(done, 5); }); return performance.now() - bench.start; };
      const read = await until(() => bench.start && one("cells") && !one("read-progress") && one("train") && !one("train").disabled);
      one("train").click();
      const cast = await until(() => one("leaves-raw"));
      return { read, cast, longest: bench.longest, tasks: Math.max(0, ...bench.tasks) };
    });
    await given;
    runs.push(times);
    await page.context().close();
  }
  const of = (name) => median(runs.map((run) => run[name]));
  row("130 cells: files to table", ms(of("read")), "");
  row("130 cells: files to ballot in clear", ms(of("cast")), "<= 5000 ms");
  row("130 cells: longest time the page did not answer", ms(of("longest")), "<= 100 ms", `longest task ${ms(of("tasks"))}, worst of ${RUNS} runs ${ms(Math.max(...runs.map((run) => run.longest)))}`);
}

/** One measured cycle again and again, with its number and its clock running on: bytes of a file. */
function longFile(megabytes) {
  const source = filesIn(join(data, "fleet-dev")).find((path) => /cell_.*\.csv$/.test(path));
  const [head, ...rows] = readFileSync(source, "utf8").trim().split(/\r?\n/);
  const names = head.split(",");
  const [cycle, clock] = [names.indexOf("Cycle_Index"), names.findIndex((name) => /^Test_Time/.test(name))];
  const cells = rows.map((line) => line.split(","));
  const span = Number(cells.at(-1)[clock]) + 60;
  const parts = [`${head}\n`];
  for (let k = 0, bytes = 0; bytes < megabytes * 1e6; k += 1) {
    const part = cells.map((line) => line.map((cell, i) => (i === cycle ? k + 1 : i === clock ? (Number(cell) + k * span).toFixed(3) : cell)).join(",")).join("\n");
    parts.push(`${part}\n`);
    bytes += part.length;
  }
  const file = join(folder, "long.csv");
  writeFileSync(file, parts.join(""));
  return file;
}

/** From the moment the page has the file to its row in the table, in seconds. */
async function secondsToRead(browser, server, file, afterMs) {
  const page = await open(browser, `${server.address}/collaborate.html`);
  await page.evaluate(() => {
    document.querySelector('[data-test="files"]').addEventListener("change", () => { bench.start = performance.now(); }, { capture: true, once: true });
  });
  await pause(afterMs);
  const given = at(page, "files").setInputFiles(file);
  const seconds = await page.evaluate(async () => {
    const one = (test) => document.querySelector(`[data-test="${test}"]`);
    while (!(bench.start && one("cells") && !one("read-progress"))) await new Promise((done) => { setTimeout(done, 5); });
    return (performance.now() - bench.start) / 1000;
  });
  await given;
  await page.context().close();
  return seconds;
}

async function reading(browser, server) {
  if (!existsSync(join(data, "fleet-dev"))) { console.log("LEFT OUT: reading a long file, no data at $VOLTVOTE_DATA"); return; }
  const file = longFile(150);
  const megabytes = readFileSync(file).length / 1e6;
  const rates = { started: [], loading: [] };
  for (let i = 0; i < RUNS; i += 1) {
    rates.started.push(megabytes / await secondsToRead(browser, server, file, 4000));
    rates.loading.push(megabytes / await secondsToRead(browser, server, file, 0));
  }
  const what = `one worker reads Battery Archive (${Math.round(megabytes)} MB)`;
  row(what, `${Math.round(median(rates.started))} MB/s`, ">= 150 MB/s", "in a page open for four seconds");
  row("the same, file dropped as soon as the page is usable", `${Math.round(median(rates.loading))} MB/s`, "", "unpacking the engine included");
}

/** Rows as scikit-learn and the page both get them: nine overlapping classes. */
function rows(n, width, classes) {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const centres = Array.from({ length: classes * width }, () => (uniform() < 1 / 3 ? 0.8 : 0));
  const [x, y] = [new Float64Array(n * width), new Uint16Array(n)];
  for (let i = 0; i < n; i += 1) {
    y[i] = Math.floor(uniform() * classes);
    for (let j = 0; j < width; j += 1) {
      let noise = 0;
      for (let k = 0; k < 6; k += 1) noise += 2 * uniform() - 1;
      x[i * width + j] = centres[y[i] * width + j] + noise;
    }
  }
  return { x, y };
}

const PEER = `
import sys, time, numpy as np
from sklearn.ensemble import RandomForestClassifier
n, p, runs = map(int, sys.argv[1:])
raw = sys.stdin.buffer.read()
x = np.frombuffer(raw[:n * p * 8], "<f8").reshape(n, p).copy()
y = np.frombuffer(raw[n * p * 8:], "<u2").astype(int)
times = []
for s in range(runs):
    t = time.perf_counter(); RandomForestClassifier(n_estimators=10, n_jobs=1, random_state=s).fit(x, y); times.append(time.perf_counter() - t)
print(sorted(times)[runs // 2])
`;

/** The engine that a packed page carries, unpacked, in base64. */
function engineOf(name) {
  const packed = text(name).split('id="packed-engine">')[1].split("</script>")[0];
  return Buffer.from(unpack(new Uint8Array(Buffer.from(packed, "base64")))).toString("base64");
}

/** 67 series at six states of charge: the rows of benches/health.rs, as case 0 of NMC 2.1 Ah. */
function pulses() {
  const [features, soc, soh] = [[], [], []];
  for (let series = 0; series < 67; series += 1) {
    const health = 0.6 + (0.3 * ((series * 29) % 67)) / 67;
    for (const charge of [0.05, 0.15, 0.25, 0.35, 0.45, 0.5]) {
      for (let k = 0; k < 21; k += 1) {
        const sign = k % 8 < 4 ? 1 : -1;
        features.push(3.4 + 0.8 * charge + sign * 0.01 * k * (1.6 - health) + 1e-3 * ((series * 31 + k * 17) % 13));
      }
      soc.push(charge);
      soh.push(health);
    }
  }
  return { features, soc, soh };
}

/** The published generator, 50 epochs, in the page's own worker. */
async function generator(browser, server) {
  const page = await open(browser, `${server.address}/collaborate.html`);
  const input = pulses();
  const wasm = engineOf("collaborate");
  const seconds = [];
  for (let i = 0; i < RUNS; i += 1) {
    seconds.push(await page.evaluate(async ([engine, { features, soc, soh }]) => {
      const bytes = Uint8Array.from(atob(engine), (c) => c.charCodeAt(0));
      const address = URL.createObjectURL(new Blob([document.getElementById("packed-worker").textContent], { type: "text/javascript" }));
      const worker = new Worker(address);
      worker.postMessage({ engine: await WebAssembly.compile(bytes) });
      const ask = (id, n) => new Promise((resolve, reject) => {
        worker.onmessage = ({ data: told }) => {
          if (told.error) reject(new Error(JSON.stringify(told.error)));
          else if (!told.progress) resolve(told);
        };
        const args = { features: Float64Array.from(features.slice(0, 21 * n)), soc: Float64Array.from(soc.slice(0, n)), soh: Float64Array.from(soh.slice(0, n)), seed: 0 };
        worker.postMessage({ id, op: "health.generator", args });
      });
      // The first, small question is answered once the engine has started.
      await ask(1, 2);
      const start = performance.now();
      await ask(2, soc.length);
      worker.terminate();
      return (performance.now() - start) / 1000;
    }, [wasm, input]));
  }
  await page.context().close();
  row(`generator, 50 epochs of ${input.soc.length} pulses, one worker`, `${median(seconds).toFixed(2)} s`, "<= 1.5 s", `best ${Math.min(...seconds).toFixed(2)} s; natively: cargo bench --bench health`);
}

async function forest(browser, server) {
  // A page grows its trees on 200 rows of every class, and a round has 64 classes at most: 12,800
  // rows, and the peer gets as many. (`cargo bench --bench forest` has the 20,000, natively.)
  const [width, nClasses] = [30, 64];
  const n = 200 * nClasses;
  const { x, y } = rows(n, width, nClasses);
  const round = readFileSync(roundFor(Array.from({ length: nClasses }, (_, k) => `NMC maker${k}`)), "utf8");
  const wasm = engineOf("collaborate");
  const page = await open(browser, `${server.address}/collaborate.html`);
  const seconds = [];
  const numbers = (array) => Buffer.from(array.buffer).toString("base64");
  for (let i = 0; i < Math.min(RUNS, 3); i += 1) {
    seconds.push(await page.evaluate(async ([engine, x64, y64, round_file, n_rows]) => {
      const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const address = URL.createObjectURL(new Blob([document.getElementById("packed-worker").textContent], { type: "text/javascript" }));
      const worker = new Worker(address);
      worker.postMessage({ engine: await WebAssembly.compile(bytes(engine)) });
      const args = {
        round_file, cell_ids: Array.from({ length: n_rows }, (_, k) => `cell ${k}`), features: new Float64Array(bytes(x64).buffer),
        labels: new Uint16Array(bytes(y64).buffer), soh: null, seed: 1, nsr: 0,
      };
      const ticks = [];
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data: told }) => {
          const done = told.progress?.done ?? 0;
          if (done > 0) ticks.push([done, performance.now()]);
          if (done === 10) {
            worker.terminate();
            // The first message comes after its first trees: their share is taken as the others'.
            const [[first, from], [, to]] = [ticks[0], ticks.at(-1)];
            resolve(((to - from) / (10 - first)) * 10 / 1000);
          }
          if (told.error) reject(new Error(JSON.stringify(told.error)));
        };
        worker.postMessage({ id: 1, op: "train", args });
      });
    }, [wasm, numbers(x), numbers(y), round, n]));
  }
  await page.context().close();
  const peer = spawnSync("python3", ["-c", PEER, n, width, 3], { input: Buffer.concat([Buffer.from(x.buffer), Buffer.from(y.buffer)]), maxBuffer: 1 << 26 });
  const theirs = Number(String(peer.stdout));
  const ours = median(seconds);
  row(`forest ${n} x ${width}, 10 trees, one worker`, `${ours.toFixed(2)} s`, "<= 1.0 x", theirs ? `${(ours / theirs).toFixed(2)} x scikit-learn natively (${theirs.toFixed(2)} s)` : "scikit-learn is not here");
}

/** Keys take longest to make, so they stay for the next time. */
function identityOf(k) {
  const kept = join(root, "target/bench-identities");
  mkdirSync(kept, { recursive: true });
  const file = join(kept, `${k}.identity.json`);
  if (!existsSync(file)) cli("identity", "new", "--name", `Lab ${k}`, "--out", file);
  return file;
}

/** A round of many batteries, and a ballot of each of `n` keys, made by the command line. */
function manyBallots(n, nBatteries) {
  const [own, query, key, round] = ["own", "query.csv", "many.key.json", "many.round.json"].map((name) => join(folder, name));
  cli("simulate", "--cells", "90", "--seed", "3", "--out", own);
  const manifest = join(own, "manifest.csv");
  cli("features", own, "--manifest", manifest, "--out", `${own}.csv`);
  const [head, ...cells] = readFileSync(`${own}.csv`, "utf8").trim().split("\n").map((line) => line.split(","));
  // Every cell over and over, each time a little off.
  const lines = Array.from({ length: nBatteries }, (_, i) => [`q${i}`, ...cells[i % cells.length].slice(1).map((value, k) => Number(value) * (1 + 1e-3 * (((i * 31 + k * 17) % 41) - 20)))]);
  writeFileSync(query, [head, ...lines].join("\n"));
  cli("identity", "new", "--name", "Recycler", "--out", key);
  cli("round", "new", "--name", "Many", "--query", query, "--classes", classesOf(manifest).join(","), "--key", key, "--out", round);
  const ballots = Array.from({ length: n }, (_, k) => {
    const out = join(folder, `${k}.ballot.json`);
    cli("ballot", "cast", "--round", round, "--data", `${own}.csv`, "--labels", manifest, "--identity", identityOf(k), "--seed", String(k), "--out", out);
    return out;
  });
  return { key, round, ballots };
}

/** 100 ballots on 10,000 batteries, dropped on the recycler's page. */
async function tally(browser, server) {
  const [n, nBatteries] = [Number(process.env.VOLTVOTE_BALLOTS ?? 100), 10_000];
  const { key, round, ballots } = manyBallots(n, nBatteries);
  const page = await open(browser, `${server.address}/recycle.html`);
  await at(page, "identity-restore").click();
  await at(page, "identity-file").setInputFiles(key);
  await at(page, "identity-restore-passphrase").fill(PASSPHRASE);
  await at(page, "identity-restore-go").click();
  await at(page, "identity").waitFor();
  await at(page, "round-file").setInputFiles(round);
  await at(page, "round-card").waitFor();
  await at(page, "ballot-files").setInputFiles(ballots);
  await at(page, "decisions").waitFor();
  const times = await page.evaluate(() => bench.operations);
  const of = (wanted) => times.filter(([op]) => op === wanted).map(([, time]) => time);
  const counted = await at(page, "ballots-summary").getAttribute("data-counted");
  row(`tally of ${counted} ballots x ${nBatteries} batteries, one worker`, ms(median(of("box.tally"))), "<= 2000 ms", `opened and checked in ${ms(median(of("box.open")))}; natively: cargo bench --bench tally`);
  await page.context().close();
}

const wanted = process.argv.slice(2);
const parts = { load, demos, fleet, reading, forest, generator, tally };
const server = await logged(Object.fromEntries(["collaborate", "recycle", "verify"].map((name) => [`/${name}.html`, text(name)])));
const browser = await launch();
try {
  for (const [name, part] of Object.entries(parts)) {
    if (!wanted.length || wanted.includes(name)) await part(browser, server);
  }
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
