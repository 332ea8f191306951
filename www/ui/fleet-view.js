// How a fleet looks: reading progress, import reports, the table of cells with its bulk edits.

import { h, fill, download, fileName } from './dom.js';
import { onceTyped } from './timing.js';
import { t, words, fixed, percent, bytes, number, errorWords, has } from './i18n.js';
import { dataTable, newView, plainTable } from './table.js';
import { sparkline, cellCharts } from './chart.js';
import { progressBar, redrawBar, undoable, notify } from './shell.js';
import { MAPPABLE, openMapping } from './mapping-view.js';
import { call } from './bridge.js';

/** The progress of reading, or what was read. */
export function renderReading(host, fleet) {
  const { work } = fleet;
  if (work) {
    const partial = [...work.partial.values()].reduce((a, b) => a + b, 0);
    const bytesDone = Math.min(work.allBytes, work.bytes + partial);
    const seconds = (performance.now() - work.started) / 1000;
    const rate = bytesDone / Math.max(seconds, 0.05);
    const left = seconds > 1 && rate > 0 ? Math.ceil((work.allBytes - bytesDone) / rate) : null;
    const words_ = t('read.progress', { done: work.done, total: work.total, bytes: bytes(bytesDone), all: bytes(work.allBytes), rate: bytes(rate) })
      + (left ? ` · ${t('read.left', { n: left })}` : '');
    const bar = progressBar(words_, { done: bytesDone, total: Math.max(1, work.allBytes), onCancel: () => fleet.cancel(), test: 'read-progress' });
    if (!redrawBar(host, bar)) fill(host, bar);
    return;
  }
  if (!fleet.reports.length) { fill(host, cycleChoice(fleet)); return; }
  const bad = fleet.reports.filter((report) => report.status === 'error');
  fill(host,
    fleet.isSimulated ? h('p.message.simulated', { 'data-test': 'simulated' }, t('simulated.files')) : null,
    h('p.summary', { 'data-test': 'read-summary' },
      h('strong', t('read.done', { n: fleet.reports.length - bad.length })), ' ', t('read.cells', { n: fleet.cells.length }),
      fleet.manifestNames.length ? ` ${t('read.manifest', { name: fleet.manifestNames.at(-1) })}` : ''),
    bad.length ? h('div.message.bad', { 'data-test': 'read-errors' },
      h('strong', t('read.refused', { n: bad.length })),
      h('ul', bad.slice(0, 30).map((report) => h('li', { 'data-test': 'read-error', 'data-code': report.error.code }, h('code', report.path), ' ', errorWords(report.error), ' ', chooseButton(report, fleet)))),
      bad.length > 30 ? h('p', t('read.refused-more', { n: bad.length - 30 })) : null) : null,
    cycleChoice(fleet),
    h('details.reports', { 'data-test': 'reports' }, h('summary', t('report.title')),
      h('div.report-list', fleet.reports.map((record) => reportItem(record, fleet))),
      h('button.small', { type: 'button', 'data-test': 'save-reports', onclick: () => saveReports('voltvote', fleet.reports) }, t('report.save-all'))));
}

/** Columns can be chosen where that may help, and wherever they were chosen before. */
function chooseButton({ path, error }, fleet) {
  const isMappable = fleet.files.has(path) && (MAPPABLE.has(error?.code) || fleet.byHand.has(path));
  return isMappable ? h('button.small', { type: 'button', 'data-test': 'choose-columns', onclick: () => openMapping(fleet, path) }, t(error ? 'map.open' : 'map.open-again')) : null;
}

const choices = new WeakMap();

/** Which cycle is wanted: built once per fleet, so that typing is never disturbed. */
function cycleChoice(fleet) {
  const known = choices.get(fleet);
  if (known?.lang === document.documentElement.lang) { known.show(); return known.element; }
  const share = h('input.narrow', { type: 'number', min: '1', max: '120', step: 'any', value: '80', 'data-test': 'cycle-soh', 'aria-label': t('choice.soh') });
  const last = h('input', { type: 'radio', name: 'cycle-choice', 'data-test': 'cycle-last' });
  const near = h('input', { type: 'radio', name: 'cycle-choice', 'data-test': 'cycle-near' });
  const words_ = h('span');
  const show = () => {
    last.checked = fleet.soh === null;
    near.checked = fleet.soh !== null;
    if (fleet.soh !== null && document.activeElement !== share) share.value = String(+(fleet.soh * 100).toFixed(2));
    words_.textContent = fleet.soh === null ? t('choice.is-last') : t('choice.is-near', { soh: percent(fleet.soh) });
  };
  const apply = async () => {
    const soh = near.checked ? Number(share.value) / 100 : null;
    if (soh !== null && !(soh > 0 && soh <= 1.2)) { share.focus(); return; }
    if (soh === fleet.soh) return;
    const again = await fleet.setSoh(soh);
    show();
    if (again) notify(t('cells.nominal-again', { n: again }));
  };
  last.addEventListener('change', apply);
  near.addEventListener('change', apply);
  share.addEventListener('change', () => { near.checked = true; apply(); });
  const element = h('details', { 'data-test': 'cycle-choice' }, h('summary', t('choice.title'), ' ', words_),
    h('fieldset', h('legend.hidden', t('choice.title')), h('label.check', last, t('choice.last')), h('label.check', near, h('span', t('choice.near'), ' ', share, ' %')), h('p.muted', t('choice.help'))));
  choices.set(fleet, { element, show, lang: document.documentElement.lang });
  show();
  return element;
}

/** Reports as a file: measured capacities are in it, so it says so. */
function saveReports(name, records) {
  const files = records.map(({ path, size, error, reports }) => ({ file: path, bytes: size, ...(error ? { error: { code: error.code, params: error.params, words: errorWords(error) } } : {}), reports }));
  download(`${fileName(name)}.report.json`, JSON.stringify({ format: 'voltvote-import-report/1', files }, null, 1));
}

function reportItem(record, fleet) {
  const item = h('details.report', { class: record.status, 'data-test': 'report', 'data-key': record.path },
    h('summary', h('span.mark', { 'aria-hidden': 'true' }), h('code', record.path), h('span.muted', ` ${bytes(record.size)} · ${t(`report.${record.status}`)}`)));
  item.addEventListener('toggle', () => { if (item.open && item.children.length === 1) item.append(reportBody(record, fleet)); });
  return item;
}

/** One import report in full. */
export function reportBody(record, fleet) {
  const actions = h('div.actions', chooseButton(record, fleet),
    h('button.small', { type: 'button', 'data-test': 'save-report', onclick: () => saveReports(record.path, [record]) }, t('report.save')),
    h('button.small', { type: 'button', 'data-test': 'copy-diagnostics', onclick: () => copyDiagnostics(record, fleet) }, t('report.copy')));
  if (!record.reports?.length) return h('div.report-body', record.error ? h('p', errorWords(record.error)) : null, actions);
  const report = record.reports[0];
  const facts = Object.entries(report)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
    .map(([name, value]) => [has(`report.fact.${name}`) ? t(`report.fact.${name}`) : name, typeof value === 'number' ? number(value, 4) : named(name, value)]);
  return h('div.report-body',
    h('dl.facts', facts.map(([name, value]) => h('div', h('dt', name), h('dd', value)))),
    report.columns?.length ? plainTable({ test: 'report-columns', caption: t('report.columns'), head: [t('report.column'), t('report.role'), t('report.unit')], rows: report.columns.map((c) => [h('code', c.heading), has(`quantity.${c.quantity}`) ? t(`quantity.${c.quantity}`) : c.quantity, `${c.unit}${c.factor === 1 ? '' : ` × ${number(c.factor, 9)}`}`]), numericFrom: 9 }) : null,
    report.findings.length
      ? plainTable({ test: 'report-findings', caption: t('report.findings'), head: [t('report.finding'), t('report.count'), t('report.rows')], rows: report.findings.map((f) => [findingWords(f), number(f.count), rowRange(f.rows)]) })
      : h('p.muted', t('report.clean')),
    report.halves?.length ? plainTable({
      test: 'report-cycles', caption: t('report.cycles'), head: [t('cell.cycle'), t('report.direction'), t('report.rows'), 'Ah', t('report.why')], numericFrom: 2,
      rows: report.halves.slice(-60).map((half) => [number(half.cycle), t(`curve.${half.direction}`), rowRange([half.rows]), fixed(half.capacity_ah, 3), half.is_wanted ? h('strong', t('cycle.wanted')) : words('cycle', { code: half.status })]),
    }) : null,
    actions);
}

/** Rows of a pulse test are left out, or used with a warning, for what would be an error alone. */
const findingWords = ({ code, detail, rows }) => (has(`error.${code}`) ? words('error', { code, params: { row: rowRange(rows), column: detail || 'U', wanted_ms: 5000, found: '–', needed: 21 } }) : words('finding', { code, params: { detail: detail ?? '' } }));

/** Words for a fact that is one of a few; everything else as it stands. */
const named = (name, value) => (has(`fact.${name}.${value}`) ? t(`fact.${name}.${value}`) : value === '\t' ? t('map.separator.tab') : String(value));

/** The core's own words about a file, in which no measured value stands. */
async function copyDiagnostics({ path, error, diagnostics }, fleet) {
  try {
    const text = diagnostics?.length ? diagnostics.join('\n') : await call('diagnostics', { file: fleet?.files.get(path) ?? null, code: error?.code ?? '', params: error?.params ?? {} });
    await navigator.clipboard.writeText(text);
    notify(t('report.copied'));
  } catch { notify(t('report.not-copied')); }
}

const rowRange = (ranges) => (ranges ?? []).map(([first, last]) => (first === last ? number(first) : `${number(first)}–${number(last)}`)).join(', ');

/** The table of cells. `withLabels` is off where batteries are unknown by nature (the recycler's). */
export class CellTable {
  constructor(host, fleet, { withLabels }) {
    this.host = host;
    this.fleet = fleet;
    this.withLabels = withLabels;
    this.view = newView();
    this.selected = new Set();
    this.filter = '';
    this.only = 'all';
  }

  rows() {
    const classes = this.fleet.classes();
    const wanted = this.filter.toLowerCase();
    return this.fleet.cells.filter((cell) => (!wanted || `${cell.cell_id} ${cell.path} ${cell.label ?? ''}`.toLowerCase().includes(wanted))
      && (this.only === 'all' || (this.only === 'problem' && this.problemOf(cell)) || (this.only === 'unlabelled' && !classes.includes(cell.label))));
  }

  problemOf(cell) {
    if (cell.problem) return errorWords(cell.problem);
    const classes = this.fleet.classes();
    const found = [];
    if (this.withLabels && !cell.label) found.push(t('problem.no-label'));
    else if (this.withLabels && classes.length && !classes.includes(cell.label)) found.push(t('problem.unknown-label', { label: cell.label }));
    if (this.fleet.isOfOtherKind(cell)) found.push(t('problem.other-kind'));
    if (cell.nominal_assumed) found.push(t('problem.no-nominal'));
    if (cell.above_retirement) found.push(t('problem.not-retired'));
    return found.join(' · ') || null;
  }

  render() {
    onceTyped(this.host, () => this.draw());
  }

  draw() {
    const { fleet } = this;
    for (const key of this.selected) if (!fleet.cells.some((cell) => cell.key === key)) this.selected.delete(key);
    if (!fleet.cells.length) { fill(this.host, null); return; }
    const rows = this.rows();
    fill(this.host, this.withLabels ? (this.counts = this.classSummary()) : null, this.toolbar(rows), dataTable({
      test: 'cells', caption: t('cells.caption', { n: rows.length }), rows, rowKey: (cell) => cell.key, view: this.view, onView: () => this.render(),
      rowClass: (cell) => (this.problemOf(cell) ? 'has-problem' : ''), columns: this.columns(rows), expand: (cell) => this.detail(cell),
    }));
  }

  columns(rows) {
    const all = rows.length > 0 && rows.every((cell) => this.selected.has(cell.key));
    const columns = [
      { key: 'pick', label: '', class: 'pick', head: () => this.check('cells-all', all, t('cells.select-all'), (on) => { for (const cell of rows) this.pick(cell.key, on); this.render(); }), cell: (cell) => this.check('cell-pick', this.selected.has(cell.key), t('cells.select', { name: cell.cell_id }), (on) => { this.pick(cell.key, on); this.renderToolbar(); }) },
      { key: 'id', label: t('cell.id'), header: true, sort: (cell) => cell.cell_id, cell: (cell) => h('span', { title: cell.path }, cell.cell_id) },
      { key: 'curve', label: t('cell.curve'), cell: (cell) => (cell.curves ? sparkline(cell.curves) : '–') },
      { key: 'cycle', label: t('cell.cycle'), numeric: true, sort: (cell) => cell.cycle, cell: (cell) => number(cell.cycle) },
      { key: 'capacity', label: t('cell.capacity'), numeric: true, sort: (cell) => cell.discharge_ah, cell: (cell) => fixed(cell.discharge_ah, 3) },
      { key: 'nominal', label: t('cell.nominal'), numeric: true, sort: (cell) => cell.nominal_ah, cell: (cell) => (cell.nominal_ah ? number(cell.nominal_ah) : h('span.faint', '–')) },
      { key: 'soh', label: t('cell.soh'), numeric: true, sort: (cell) => cell.soh, cell: (cell) => percent(cell.soh) },
    ];
    if (this.withLabels) columns.push({ key: 'label', label: t('cell.label'), sort: (cell) => cell.label, cell: (cell) => this.labelInput(cell) });
    columns.push({ key: 'state', label: t('cell.state'), sort: (cell) => (this.problemOf(cell) ? 0 : 1), cell: (cell) => this.stateOf(cell) });
    return columns;
  }

  check(test, checked, label, onChange) {
    return h('input', { type: 'checkbox', 'data-test': test, 'aria-label': label, checked, onchange: (event) => onChange(event.target.checked) });
  }

  pick(key, on) {
    if (on) this.selected.add(key);
    else this.selected.delete(key);
  }

  labelInput(cell) {
    return h('span.label-edit',
      h('input', {
        type: 'text', list: 'class-list', value: cell.label ?? '', 'data-test': 'cell-label', 'aria-label': t('cells.label-of', { name: cell.cell_id }), autocomplete: 'off', spellcheck: 'false', placeholder: t('cells.label-none'),
        onchange: (event) => this.relabel(cell, event.target),
      }),
      cell.label_source && cell.label_source !== 'typed' ? h('small.muted', t(`label.${cell.label_source}`)) : null);
  }

  /** One label typed: its own row and the counts change, the table stays. */
  relabel(cell, input) {
    this.fleet.setLabel(new Set([cell.key]), input.value, 'label');
    input.value = cell.label ?? '';
    input.nextSibling?.remove();
    const row = input.closest('tr');
    fill(row.querySelector('[data-column=state]'), this.stateOf(cell));
    row.classList.toggle('has-problem', !!this.problemOf(cell));
    this.counts?.replaceWith(this.counts = this.classSummary());
  }

  stateOf(cell) {
    const problem = this.problemOf(cell);
    return problem ? h('span.warn-text', problem) : h('span.ok-text', t('cell.ok'));
  }

  classSummary() {
    const counts = this.fleet.perClass();
    const none = this.fleet.usable().length - this.fleet.labelled().length;
    return h('ul.chips', { 'data-test': 'class-counts', 'aria-label': t('cells.per-class') },
      counts.filter(({ n }) => n).map(({ name, n }) => h('li', { class: n < 2 ? 'warn' : '' }, name, ' ', h('b', number(n)))),
      none ? h('li.warn', t('cells.unlabelled', { n: none })) : null);
  }

  toolbar(rows) {
    this.bar = h('div.toolbar', { role: 'group', 'aria-label': t('cells.tools') });
    this.shownRows = rows;
    this.renderToolbar();
    const only = ['all', 'problem', ...(this.withLabels ? ['unlabelled'] : [])];
    return h('div',
      h('div.toolbar', h('label.grow', h('span', t('cells.filter')), h('input', { type: 'search', value: this.filter, 'data-test': 'cells-filter', oninput: (event) => { this.filter = event.target.value; this.view.page = 0; this.render(); } })),
        h('label', h('span', t('cells.show')), h('select', { 'data-test': 'cells-only', onchange: (event) => { this.only = event.target.value; this.view.page = 0; this.render(); } }, only.map((value) => h('option', { value, selected: value === this.only }, t(`cells.only.${value}`)))))),
      this.bar, h('datalist#class-list', this.fleet.classes().map((name) => h('option', { value: name }))));
  }

  renderToolbar() {
    const n = this.selected.size;
    const label = h('input', { type: 'text', list: 'class-list', 'data-test': 'bulk-label', value: this.bulk?.label ?? '', oninput: (event) => { this.bulk = { ...this.bulk, label: event.target.value }; }, autocomplete: 'off', placeholder: t('cells.bulk-label') , 'aria-label': t('cells.bulk-label') });
    const nominal = h('input.narrow', { type: 'number', min: '0', step: 'any', 'data-test': 'bulk-nominal', value: this.bulk?.nominal ?? '', oninput: (event) => { this.bulk = { ...this.bulk, nominal: event.target.value }; }, placeholder: 'Ah', 'aria-label': t('cells.bulk-nominal') });
    fill(this.bar, h('span.muted', { 'data-test': 'selected-count' }, n ? t('cells.selected', { n }) : t('cells.selected-none')),
      n && this.withLabels ? h('span.joined', label, h('button.small', { type: 'button', 'data-test': 'bulk-label-apply', onclick: () => { if (!label.value.trim()) { label.focus(); return; } undoable(t('cells.labelled', { n, label: label.value }), this.fleet.setLabel(new Set(this.selected), label.value)); } }, t('cells.apply-label'))) : null,
      n ? h('span.joined', nominal, h('button.small', { type: 'button', 'data-test': 'bulk-nominal-apply', onclick: () => this.applyNominal(nominal) }, t('cells.apply-nominal'))) : null,
      n ? h('button.small.danger', { type: 'button', 'data-test': 'bulk-remove', onclick: () => { const keys = new Set(this.selected); this.selected.clear(); undoable(t('cells.removed', { n }), this.fleet.remove(keys)); } }, t('cells.remove')) : null);
  }

  async applyNominal(input, keys = new Set(this.selected)) {
    const value = Number(input.value);
    if (!(value > 0)) { input.focus(); return; }
    const n = keys.size;
    const reread = await this.fleet.setNominal(keys, value);
    notify(reread < n ? t('cells.nominal-again', { n: n - reread }) : t('cells.nominal-set', { n, ah: value }));
  }

  /** What each step of standardisation saw and changed. */
  stepTable({ charge, discharge }) {
    const steps = ['rows', 'constant', 'missing', 'outliers', 'smoothed', 'pooled'];
    return plainTable({ test: 'cell-steps', caption: t('steps.caption'), head: [t('steps.step'), t('curve.charge'), t('curve.discharge')], rows: steps.map((step, i) => [t(`steps.${step}`), number(charge.counts[i]), number(discharge.counts[i])]) });
  }

  detail(cell) {
    const record = this.fleet.reports.find((report) => report.path === cell.path);
    return h('div.cell-detail', this.identityOf(cell), cell.problem ? h('p.message.warn', errorWords(cell.problem)) : null,
      cell.curves ? [cellCharts(cell), this.stepTable(cell.curves)] : null, h('h4', t('report.of', { name: cell.path })), record ? reportBody(record, this.fleet) : null);
  }

  /** Name, nominal capacity and files of a cell, to be corrected. */
  identityOf(cell) {
    const name = h('input', { type: 'text', value: cell.cell_id, 'data-test': 'cell-name', autocomplete: 'off', spellcheck: 'false', onchange: (event) => this.rename(cell, event.target.value) });
    const nominal = h('input', { type: 'number', min: '0', step: 'any', value: cell.nominal_ah ?? '', 'data-test': 'cell-nominal', onchange: (event) => this.applyNominal(event.target, new Set([cell.key])) });
    return h('div.fields', h('label', t('cell.name'), name, h('small', t('cell.name-help'))), h('label', t('cells.bulk-nominal'), nominal),
      h('div', h('dt', t('cell.files')), h('dd', { 'data-test': 'cell-files' }, (cell.paths ?? [cell.path]).map((path) => h('div', h('code.wrap', path))))));
  }

  async rename(cell, name) {
    const undo = await this.fleet.rename(cell.key, name);
    if (undo) undoable(t('cell.renamed', { name: cell.cell_id }), undo);
  }
}

