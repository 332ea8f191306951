// The worker: {engine} once, then {id, op, args} in, {id, progress | result | error} out. Files are
// read as streams, so memory stays constant; cancelling is termination and loses nothing.

import init, * as core from 'voltvote';

/** Milliseconds between two progress messages. */
const PROGRESS_EVERY = 80;

let started = null;
/** The ballots of the round in hand; only the page's tally worker ever holds one. */
let box = null;

self.onmessage = async ({ data }) => {
  if ('engine' in data) {
    started = init({ module_or_path: data.engine });
    return;
  }
  const { id, op, args } = data;
  try {
    await started;
    if (!(op in OPS)) throw new Error(`no operation ${op}`);
    postMessage({ id, result: await OPS[op](args, (progress) => postMessage({ id, progress })) });
  } catch (error) {
    postMessage({ id, error: coded(error) });
  }
};

/** An error of the core is `{code, params}`; anything else is a fault of ours and says so. */
function coded(error) {
  if (typeof error?.code === 'string') return { code: error.code, params: error.params ?? {} };
  if (error?.name === 'NotReadableError' || error?.name === 'NotFoundError') return { code: 'file-unreadable', params: {} };
  return { code: 'internal', params: { message: String(error?.message ?? error) } };
}

/** What the cycle importer says of a file that may be a pulse test: a table of another kind. */
const NOT_A_CYCLE = new Set(['pulse-table', 'file-without-header', 'columns-missing', 'archive-without-table', 'file-too-short', 'no-full-cycle', 'file-without-curves']);
/** Pulse files are read whole; no such test is larger. */
const LARGEST_PULSE_FILE = 64e6;

/** A cycler file, or else a rapid pulse test; a file that is neither keeps the first error. */
async function read(args, report) {
  let result = null, first = null;
  try {
    result = await readCycles(args, report);
    if (result.cells.some((cell) => cell.features)) return result;
  } catch (error) {
    if (!NOT_A_CYCLE.has(error?.code)) throw error;
    first = error;
  }
  const [{ file, name, mapping }] = args.files;
  if (args.files.length === 1 && !mapping && file.size < LARGEST_PULSE_FILE) {
    try {
      return core.pulse_cells(name, new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      if (first && error?.code !== 'health-not-pulse-data' && String(error?.code).startsWith('health-')) throw error;
    }
  }
  if (first) throw first;
  return result;
}

/** Streams files of one cell (mostly one file) into the core. */
async function readCycles({ files, protocol }, report) {
  const imported = [];
  let bytes = 0, last = 0;
  for (const { file, name, nominal_ah, cell_id, soh, mapping } of files) {
    const reader = new core.FileReader(name, { nominal_ah, cell_id, soh, mapping });
    const stream = file.stream().getReader();
    for (;;) {
      const { done, value } = await stream.read();
      if (done) break;
      reader.push(value);
      bytes += value.length;
      if (performance.now() - last > PROGRESS_EVERY) {
        last = performance.now();
        report({ bytes });
      }
    }
    imported.push(reader.finish());
  }
  return core.cells(imported, protocol ?? null);
}

/** As much of a file as a first look needs; a workbook has its directory at the end. */
async function headOf(file) {
  const start = new Uint8Array(await file.slice(0, 1 << 19).arrayBuffer());
  const isPacked = start[0] === 0x50 && start[1] === 0x4b;
  return isPacked && file.size > start.length && file.size < LARGEST_PULSE_FILE ? new Uint8Array(await file.arrayBuffer()) : start;
}

/** Bytes of a text that a preview reads: enough for a cycle, little enough to follow every choice. */
const PREVIEW_BYTES = 16e6;

/** What a mapping makes of a file, or of its beginning. */
async function preview({ file, name, mapping }) {
  const isPacked = (await headOf(file))[0] === 0x50;
  const whole = isPacked || file.size <= PREVIEW_BYTES;
  const reader = new core.FileReader(name, { mapping, trace: true });
  const stream = (whole ? file : file.slice(0, PREVIEW_BYTES)).stream().getReader();
  for (;;) {
    const { done, value } = await stream.read();
    if (done) break;
    reader.push(value);
  }
  return { ...core.preview_file(reader.finish()), whole, bytes: whole ? file.size : PREVIEW_BYTES };
}

function train({ round_file, cell_ids, features, labels, soh, seed, nsr, epsilon, audit }, report) {
  report({ phase: 'trees', done: 0, total: 0 });
  let last = 0;
  return core.cast(round_file, { cell_ids, seed, nsr, epsilon: epsilon ?? null, audit: audit ?? false }, features, labels, soh ?? new Float64Array(0), (done, total) => {
    if (performance.now() - last < PROGRESS_EVERY && done < total) return;
    last = performance.now();
    report({ phase: done < total ? 'trees' : 'vote', done, total });
  });
}

/** Tries to reach out from where the computing happens; the page shows the answer. */
async function selftest({ target }) {
  let byPolicy = false;
  self.addEventListener('securitypolicyviolation', () => { byPolicy = true; });
  const reached = await fetch(target, { mode: 'no-cors' }).then(() => true, () => false);
  await new Promise((resolve) => { setTimeout(resolve, 100); });
  return { reached, byPolicy };
}

function openBox({ round_file, files }) {
  box?.free();
  box = null;
  box = new core.BallotBox(round_file, files.map((file) => ({ ...file, content_key: file.content_key && [...file.content_key] })));
  return box.admissions();
}

/** The laboratory's fleet of the last job, and what it was made of. */
let fleet = null, fleetKey = '';

/** The fleet asked for: `{cells, seed}`, or `{id, features, manifest, source}` of the user's files. */
function labFleet(data, report) {
  const key = JSON.stringify([data.cells, data.seed, data.id, data.source]);
  if (fleet && key === fleetKey) return fleet;
  fleet?.free();
  fleet = null;
  const told = throttled((done, total) => report({ phase: 'fleet', done, total }));
  fleet = data.features ? core.LabFleet.from_table(data.features, data.manifest, data.source) : core.LabFleet.simulated(data.cells, data.seed, told);
  fleetKey = key;
  return fleet;
}

/** Passes on no more than a person can see. */
function throttled(tell) {
  let last = 0;
  return (done, total) => {
    if (performance.now() - last < PROGRESS_EVERY) return;
    last = performance.now();
    tell(done, total);
  };
}

function labRun({ data, setup }, report) {
  const on = labFleet(data, report);
  return { summary: on.summary(), ...on.run(setup, throttled((done, total) => report({ phase: 'runs', done, total }))) };
}

const OPS = {
  read,
  train,
  selftest,
  peek: async ({ file, draft }) => core.peek_file(await headOf(file), draft ?? undefined),
  preview,
  mapping: ({ bytes }) => core.read_mapping(bytes),
  diagnostics: async ({ file, code, params }) => core.refused_diagnostics(file ? await headOf(file) : new Uint8Array(), code, params),
  manifest: ({ bytes }) => core.read_manifest(bytes),
  fingerprint: ({ kid }) => core.fingerprint(kid),
  rules: () => core.rules(),
  demo: ({ seed }) => core.demo(seed),
  'demo.cast': ({ round_file, cell_ids, features, labels, seed }) => core.demo_cast(round_file, cell_ids, features, labels, seed),
  'identity.lock': ({ name, signing, encryption, passphrase }) => core.identity_lock(name, signing, encryption, passphrase),
  'identity.unlock': ({ file, passphrase }) => core.identity_unlock(file, passphrase),
  'round.signing-input': ({ features, ...draft }) => core.round_signing_input(draft, features),
  'round.seal': ({ payload, signature }) => core.round_seal(payload, signature),
  'round.open': ({ file, now }) => core.round_open(file, now),
  'ballot.signing-input': ({ payload, name, key, iat, round_file }) => core.ballot_signing_input(payload, name, key, iat, round_file),
  'ballot.seal': ({ payload, name, key, iat, round_file, signature }) => core.ballot_seal(payload, name, key, iat, round_file, signature),
  'ballot.outer': ({ file }) => core.ballot_outer(file),
  'box.open': openBox,
  'box.tally': ({ rule, controls }) => box.tally(rule, controls),
  'box.compare': ({ controls }) => box.compare(controls),
  'box.board-input': ({ earlier, at, rule, csv }) => box.board_signing_input(earlier ?? undefined, at, rule, csv),
  'box.board-seal': ({ signature }) => box.board_seal(signature),
  price: ({ epsilon, classes, accuracy }) => core.randomization_price(epsilon, classes, accuracy) ?? null,
  verify: (given) => core.verify(given),
  value: (lot) => core.value_lot(lot),
  'health.models': ({ features, query, ...input }, report) => core.health_models(input, features, query, (done, total) => report({ done, total })),
  'health.generator': ({ features, soc, soh, seed }, report) => core.health_generator(features, soc, soh, seed, (done, total) => report({ done, total })),
  'box.without': ({ rule, controls }) => box.without(rule, controls),
  'lab.fleet': ({ data }, report) => labFleet(data, report).summary(),
  'lab.run': labRun,
  'box.physics': ({ signatures }, report) => box.join_physics(signatures, throttled((done, total) => report({ done, total }))),
  'box.no-physics': () => box.leave_physics(),
  'box.why': ({ rule, controls, battery }) => box.why(rule, controls, battery),
};
