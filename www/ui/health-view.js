// State of health: a collaborator's own models from pulse tests, and the round's answers beside the truth.

import { h, fill } from './dom.js';
import { t, number, percent, fixed } from './i18n.js';
import { heatTable, plainTable } from './table.js';
import { figure, parity } from './figure.js';
import { errorBox, progressBar, redrawBar, announce, notify } from './shell.js';
import { call } from './bridge.js';

const N_TURNING_POINTS = 21;
const SOC_USES = ['unknown', 'known', 'estimated'];
const tile = (value, label, test = null) => h('li', { 'data-test': test }, h('b', value), h('span', label));
const isPulse = (cell) => cell.features?.length === N_TURNING_POINTS;

function matrix(cells) {
  const values = new Float64Array(cells.length * N_TURNING_POINTS);
  cells.forEach((cell, i) => values.set(cell.features, i * N_TURNING_POINTS));
  return values;
}

/** The collaborator's panel: how good are models of its own pulse tests? */
export class HealthPanel {
  constructor(host, fleet, { round }) {
    Object.assign(this, { host, fleet, round, socUse: 'unknown', types: null, error: null, work: null, generator: null, stop: null, drawn: null });
  }

  /** Pulse records with a state of health. */
  cells() {
    return this.fleet.usable().filter((cell) => isPulse(cell) && Number.isFinite(cell.soh));
  }

  /** Other files make what was found stale. */
  forget() {
    this.stop?.abort();
    Object.assign(this, { types: null, error: null, generator: null });
  }

  render() {
    const cells = this.cells();
    const key = cells.map(({ cell_id: id }) => id).join('\n');
    if (this.drawn !== null && key !== this.drawn) this.forget();
    this.drawn = key;
    if (!cells.length) { fill(this.host, null); return; }
    const batteries = new Set(cells.map((cell) => cell.battery ?? cell.cell_id)).size;
    const hasSoc = cells.some((cell) => Number.isFinite(cell.soc));
    fill(this.host, h('h3', t('health.title')), h('p.muted', t('health.intro', { records: cells.length, n: batteries })),
      h('div.toolbar',
        h('label', h('span', t('health.soc')), h('select', { 'data-test': 'health-soc', disabled: !!this.work, onchange: (event) => { this.socUse = event.target.value; this.forget(); this.render(); } }, SOC_USES.filter((use) => hasSoc || use === 'unknown').map((use) => h('option', { value: use, selected: use === this.socUse }, t(`health.soc.${use}`))))),
        h('button', { type: 'button', 'data-test': 'health-fit', disabled: !!this.work, onclick: () => this.fit() }, t('health.fit')),
        hasSoc ? h('button.small.quiet', { type: 'button', 'data-test': 'health-generator', disabled: !!this.work, onclick: () => this.generate() }, t('health.generator')) : null),
      this.work ? this.bar() : null,
      this.error ? errorBox(this.error, 'health-error') : null,
      this.generator ? h('p', { 'data-test': 'health-generator-result', 'data-seconds': this.generator.seconds }, t('health.generator-done', { n: this.generator.n_pulses, seconds: fixed(this.generator.seconds, 2), kl: fixed(this.generator.divergence, 4), mse: fixed(this.generator.squared_error, 4) })) : null,
      this.types?.map((type) => typeReport(type)));
  }

  bar() {
    return progressBar(t(this.work.words), { ...this.work, onCancel: () => this.stop?.abort(), test: 'health-progress' });
  }

  async run(words, ask) {
    this.stop = new AbortController();
    this.work = { words, done: 0, total: 0 };
    this.error = null;
    this.render();
    try {
      return await ask({ signal: this.stop.signal, onProgress: ({ done, total }) => { this.work = { words, done, total }; redrawBar(this.host, this.bar()); } });
    } catch (error) {
      if (error.code === 'cancelled') notify(t('train.cancelled'));
      else this.error = error;
      return null;
    } finally {
      this.work = null;
      this.stop = null;
    }
  }

  async fit() {
    const cells = this.cells();
    const round = this.round();
    const query = round?.query.columns.length === N_TURNING_POINTS ? Float64Array.from(round.query.rows.flat()) : new Float64Array(0);
    const records = cells.map((cell) => ({ battery: cell.battery ?? cell.cell_id, class: cell.class || cell.label || '?', soc: cell.soc ?? null, soh: cell.soh }));
    const input = { records, features: matrix(cells), query, soc_use: this.socUse, seed: 0 };
    this.types = await this.run('health.busy', (options) => call('health.models', input, options)) ?? this.types;
    this.render();
    if (this.types) announce(t('health.done', { n: this.types.length }));
  }

  async generate() {
    // One type at a time, as published: the one with most records.
    const groups = [...Map.groupBy(this.cells().filter((cell) => Number.isFinite(cell.soc)), (cell) => cell.class)].sort((a, b) => b[1].length - a[1].length);
    const [, cells] = groups[0];
    const input = { features: matrix(cells), soc: Float64Array.from(cells, (cell) => cell.soc), soh: Float64Array.from(cells, (cell) => cell.soh), seed: 0 };
    const started = performance.now();
    const found = await this.run('health.generator-busy', (options) => call('health.generator', input, options));
    if (found) this.generator = { ...found, seconds: (performance.now() - started) / 1000 };
    this.render();
  }
}

function typeReport({ class: name, problem, quality, n_batteries: batteries, n_records: records, soc_range: range, n_outside: outside, n_asked: asked }) {
  if (problem) return h('section.quality', { 'data-test': 'health-type', 'data-type': name }, h('h4', name), errorBox(problem, 'health-problem'));
  const points = quality.parity.map(([truth, estimate]) => ({ truth: 100 * truth, estimate: 100 * estimate, series: 0 }));
  const caption = t('health.parity', { name, error: fixed(quality.mape, 1), constant: fixed(quality.constant, 1) });
  const better = quality.mape < quality.constant;
  return h('section.quality', { 'data-test': 'health-type', 'data-type': name },
    h('h4', name),
    h('ul.tiles', tile(`${fixed(quality.mape, 2)} %`, t('health.mape', { regressor: t(`regressor.${quality.regressor.replaceAll(' ', '-')}`) }), 'health-mape'), tile(`${fixed(quality.constant, 2)} %`, t('health.constant'), 'health-constant'),
      tile(percent(quality.coverage, 1), t('health.coverage'), 'health-coverage'), tile(number(batteries), t('health.batteries', { records }))),
    better ? null : h('p.message.warn', t('health.no-better')),
    range ? h('p', t('health.range', { low: range[0], high: range[1] })) : h('p', t('health.range-unknown')),
    Number.isFinite(outside) ? h('p', { class: outside ? 'message warn' : 'muted', 'data-test': 'health-outside' }, t(outside ? 'health.outside' : 'health.outside-none', { n: outside, asked })) : null,
    h('div.columns',
      figure({ test: 'health-parity', caption, drawing: parity(caption, points, [t('health.left-out')], [t('health.measured'), t('health.estimated')]), head: [t('health.measured'), t('health.estimated')], rows: points.slice(0, 60).map(({ truth, estimate }) => [fixed(truth, 1), fixed(estimate, 1)]) }),
      plainTable({ test: 'health-candidates', caption: t('health.candidates'), head: [t('health.regressor'), 'MAPE, %'], rows: quality.candidates.map(({ regressor, mape }) => [h(regressor === quality.regressor ? 'b' : 'span', t(`regressor.${regressor.replaceAll(' ', '-')}`), regressor === quality.regressor ? ` (${t('health.chosen')})` : ''), fixed(mape, 2)]) })));
}

/**
 * The recycler's panel: answers beside what is known of the truth. `known` maps a battery of the
 * round to `{soh, soc}`.
 * @param {HTMLElement} host
 */
export function renderHealthResult(host, { result, round }, known) {
  const answered = result?.decisions.filter(({ soh }) => soh) ?? [];
  if (!answered.length) { fill(host, null); return; }
  const outside = answered.filter(({ soh }) => soh.outside).length;
  const names = round.catalogue.classes.map(({ name }) => name);
  const judged = answered.filter(({ name }) => Number.isFinite(known.get(name)?.soh));
  fill(host, h('h3', t('health.result')),
    h('p', { 'data-test': 'health-answered' }, t('health.answered', { n: answered.length, of: result.decisions.length })),
    outside ? h('p.message.warn', { 'data-test': 'health-outside' }, t('health.outside-round', { n: outside })) : null,
    judged.length ? judgement(judged, known, names) : h('p.muted', t('health.needs-truth')));
}

function judgement(judged, known, names) {
  const error = (d) => Math.abs(d.soh.soh - known.get(d.name).soh) / known.get(d.name).soh;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const average = mean(judged.map((d) => known.get(d.name).soh));
  const mape = 100 * mean(judged.map(error));
  const constant = 100 * mean(judged.map((d) => Math.abs(average - known.get(d.name).soh) / known.get(d.name).soh));
  const covered = judged.filter((d) => Math.abs(d.soh.soh - known.get(d.name).soh) <= d.soh.half_width).length / judged.length;
  const present = names.map((name, index) => ({ name, index, some: judged.filter((d) => d.class === index) })).filter(({ some }) => some.length);
  const points = judged.map((d) => ({ truth: 100 * known.get(d.name).soh, estimate: 100 * d.soh.soh, series: present.findIndex(({ index }) => index === d.class) }));
  const caption = t('health.parity-round', { n: judged.length, error: fixed(mape, 1), constant: fixed(constant, 1) });
  const level = (d) => (Number.isFinite(known.get(d.name).soc) ? Math.round(100 * known.get(d.name).soc) : null);
  const levels = [...new Set(judged.map(level))].sort((a, b) => a - b);
  const heat = present.map(({ some }) => levels.map((one) => {
    const here = some.filter((d) => level(d) === one);
    return here.length ? 100 * mean(here.map(error)) : null;
  }));
  return [
    h('ul.tiles', tile(`${fixed(mape, 2)} %`, t('health.error'), 'health-result-mape'), tile(`${fixed(constant, 2)} %`, t('health.constant')), tile(percent(covered, 1), t('health.coverage'))),
    h('div.columns',
      figure({ test: 'health-result-parity', caption, drawing: parity(caption, points, present.map(({ name }) => name), [t('health.measured'), t('health.estimated')]), head: [t('health.measured'), t('health.estimated')], rows: points.slice(0, 60).map(({ truth, estimate }) => [fixed(truth, 1), fixed(estimate, 1)]) }),
      heatTable({ test: 'health-heat', caption: t('health.heat'), corner: t('decision.class'), columns: levels.map((one) => (one === null ? t('health.soc-none') : `${one} %`)), rows: present.map(({ name }, i) => ({ name, values: heat[i] })), format: (value) => fixed(value, 1) }))];
}
