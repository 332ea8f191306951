// The laboratory: experiments on a simulated fleet or on the user's own table.

import { h, byId, fill, download } from './dom.js';
import { t, currentLanguage } from './i18n.js';
import { startShell, announce, errorBox, progressBar, redrawBar } from './shell.js';
import { refuseStrayDrops } from './intake.js';
import { startSelfTest } from './selftest.js';
import { Pool } from './bridge.js';
import { plainTable } from './table.js';

const EXPERIMENTS = ['homogeneous', 'noise', 'importance', 'heterogeneity', 'loss', 'trees', 'plan', 'attack', 'unknown', 'calibration'];
const PARTITIONS = ['even', 'dirichlet:0.1', 'dirichlet:0.5', 'dirichlet:5', 'maker', 'size'];
/** Seconds matter here: fewer runs than the command line's fifty. */
const RUNS = 10;

/** One worker, so that its fleet serves the next experiment too. */
const laboratory = new Pool(1);
const fields = {};
const files = { features: null, manifest: null };
let filesId = 0;
let report = null;
let running = null;
let error = null;

const worded = (key, control) => h('label', h('span', { 'data-t': key }, t(key)), control);

function numberField(name, value, { min = 1, max = 1000, step = 1 } = {}) {
  fields[name] = h('input', { type: 'number', value, min, max, step, 'data-test': `lab-${name}` });
  return worded(`lab.${name}`, fields[name]);
}

function choice(name, options, keyOf) {
  fields[name] = h('select', { 'data-test': `lab-${name}` }, options.map((one) => h('option', { value: one, 'data-t': keyOf(one) }, t(keyOf(one)))));
  return worded(`lab.${name}`, fields[name]);
}

function fileField(name) {
  const input = h('input', { type: 'file', accept: '.csv,text/csv', 'data-test': `lab-${name}` });
  input.addEventListener('change', () => {
    files[name] = input.files[0] ?? null;
    filesId += 1;
    if (files[name]) fields.data.value = 'own';
    showOwn();
  });
  return worded(`lab.${name}`, input);
}

const own = h('div.fields', fileField('features'), fileField('manifest'));
const simulated = h('div.fields', numberField('cells', 130, { min: 18, max: 1000 }), numberField('fleet-seed', 1, { min: 0, max: 4e9 }));

function showOwn() {
  const isOwn = fields.data.value === 'own';
  own.hidden = !isOwn;
  simulated.hidden = isOwn;
}

/** The forms, once: a change of language changes their words in place. */
function buildForms() {
  const data = choice('data', ['simulated', 'own'], (one) => `lab.${one}`);
  fields.data.addEventListener('change', showOwn);
  byId('lab-data').append(h('div.fields', data), simulated, own);
  const main = h('div.fields', choice('experiment', EXPERIMENTS, (one) => `lab.${one}`), choice('split', ['leak-free', 'as-published'], (one) => `lab.split.${one}`),
    numberField('runs', RUNS), numberField('seed', 1, { min: 0, max: 4e9 }));
  const more = h('details', { 'data-test': 'lab-more' }, h('summary', { 'data-t': 'lab.more' }, t('lab.more')),
    h('div.fields', numberField('clients', 10, { max: 100 }), numberField('fewest', 100), numberField('most', 200),
      choice('sharing', ['shared', 'disjoint'], (one) => `lab.${one}`), choice('partition', PARTITIONS, (one) => `lab.partition.${one}`), numberField('target', 95, { max: 100 })));
  const start = h('button.primary', { type: 'submit', 'data-test': 'lab-run', 'data-t': 'lab.run' }, t('lab.run'));
  byId('lab-setup').append(h('form', { onsubmit: (event) => { event.preventDefault(); run(); } }, main, more, h('div.actions', start)));
  showOwn();
}

async function dataAsked() {
  if (fields.data.value !== 'own') return { cells: Number(fields.cells.value), seed: Number(fields['fleet-seed'].value) };
  if (!files.features || !files.manifest) throw Object.assign(new Error(), { code: 'lab-files-missing' });
  const bytes = async (file) => new Uint8Array(await file.arrayBuffer());
  return { id: filesId, source: files.features.name.replace(/\.csv$/i, ''), features: await bytes(files.features), manifest: await bytes(files.manifest) };
}

const setupAsked = () => ({
  experiment: fields.experiment.value, split: fields.split.value, runs: Number(fields.runs.value), seed: Number(fields.seed.value), clients: Number(fields.clients.value),
  fewest_rows: Number(fields.fewest.value), most_rows: Number(fields.most.value), sharing: fields.sharing.value, partition: fields.partition.value,
  target: Number(fields.target.value) / 100, language: currentLanguage(),
});

async function run() {
  running?.abort();
  const control = new AbortController();
  running = control;
  error = null;
  showProgress({ phase: 'fleet', done: 0, total: 0 });
  try {
    const data = await dataAsked();
    const result = await laboratory.call('lab.run', { data, setup: setupAsked() }, { signal: control.signal, onProgress: showProgress });
    if (running !== control) return;
    report = result;
    announce(t('lab.done', { n: report.figures.length }));
  } catch (failure) {
    if (running !== control) return;
    if (failure?.code === 'cancelled') announce(t('lab.cancelled'));
    else error = failure;
  }
  running = null;
  render();
  if (report && !error) byId('step-report').scrollIntoView({ block: 'start' });
}

function showProgress({ phase, done, total }) {
  if (!running) return;
  const bar = progressBar(t(phase === 'fleet' ? 'lab.simulating' : 'lab.running'), { done, total, onCancel: () => running?.abort(), test: 'lab-progress' });
  if (!redrawBar(byId('lab-progress'), bar)) fill(byId('lab-progress'), bar);
}

/** A figure of the core as an element; its text is parsed as XML and can carry no script past the policy. */
function drawing(svg) {
  const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  return document.importNode(parsed, true);
}

function renderReport() {
  if (!report) return null;
  const { experiment, seed } = JSON.parse(report.json);
  const name = `${experiment}-seed-${seed}`;
  const { summary } = report;
  const classes = summary.classes.map(([of, n]) => `${of} ${n}`).join(', ');
  return [
    h('h3', { 'data-test': 'lab-title' }, report.title),
    h('p.muted', { 'data-test': 'lab-fleet' }, t('lab.fleet-is', { rows: summary.n_rows, batteries: summary.n_batteries, n: summary.classes.length, classes })),
    h('div.actions',
      h('button', { type: 'button', 'data-test': 'save-html', onclick: () => download(`${name}.html`, report.html, 'text/html') }, t('lab.save-html')),
      h('button', { type: 'button', 'data-test': 'save-json', onclick: () => download(`${name}.json`, report.json) }, t('lab.save-json')),
      h('button', { type: 'button', 'data-test': 'save-csv', onclick: () => download(`${name}.csv`, report.csv, 'text/csv') }, t('lab.save-csv'))),
    report.figures.map(([id, caption, svg]) => h('figure.lab-figure', { 'data-test': `figure-${id}` },
      h('figcaption', caption), h('div.scroll.drawing', { tabindex: '0', role: 'region', 'aria-label': caption }, drawing(svg)),
      h('button.small.quiet', { type: 'button', onclick: () => download(`${name}-${id}.svg`, svg, 'image/svg+xml') }, t('lab.save-svg')))),
    report.tables.map(([caption, head, rows], i) => plainTable({ test: `lab-table-${i}`, caption, head, rows })),
  ];
}

function render() {
  if (!running) fill(byId('lab-progress'));
  fill(byId('lab-error'), error ? errorBox(error, 'lab-failure') : null);
  fill(byId('lab-report'), renderReport());
}

buildForms();
startShell(render);
refuseStrayDrops();
startSelfTest();
document.documentElement.dataset.usable = 'true';
