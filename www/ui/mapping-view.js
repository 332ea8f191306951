// Columns chosen by hand, once: first rows, a role and a unit per column, a live preview, undo, and
// a small file that remembers the choice.

import { h, fill, download, fileName } from './dom.js';
import { debounced } from './timing.js';
import { t, fixed, number, bytes, words, errorWords } from './i18n.js';
import { lineChart } from './chart.js';
import { announce, notify, undoable } from './shell.js';
import { call } from './bridge.js';

/** Problems that choosing columns can solve. */
export const MAPPABLE = new Set(['file-without-header', 'columns-missing', 'file-ambiguous', 'encoding-unknown', 'file-too-short', 'file-without-curves', 'mapping-invalid', 'archive-without-table']);

const UNITS = {
  time: ['s', 'ms', 'min', 'h', 'd'], 'step-time': ['s', 'ms', 'min', 'h'], clock: [], voltage: ['V', 'mV'], current: ['A', 'mA', 'uA'],
  cycle: [], state: [], 'charge-capacity': ['Ah', 'mAh', 'As'], 'discharge-capacity': ['Ah', 'mAh', 'As'], capacity: ['Ah', 'mAh', 'As'],
};
const TIMES = ['time', 'step-time', 'clock'];
const SEPARATORS = [[',', 'comma'], ['\t', 'tab'], [';', 'semicolon'], ['|', 'bar'], [' ', 'blanks']];
const PREVIEW_DELAY = 250;

/** Opens the dialog for a file of the fleet. */
export async function openMapping(fleet, path) {
  const file = fleet.files.get(path);
  if (!file) { notify(t('map.drop-again')); return; }
  let peek;
  try {
    peek = await call('peek', { file, draft: null });
  } catch (error) {
    notify(errorWords(error));
    return;
  }
  new MappingDialog(fleet, path, file, peek).open();
}

class MappingDialog {
  constructor(fleet, path, file, peek) {
    Object.assign(this, { fleet, path, file, history: [], preview: null, previewing: 0 });
    const record = fleet.reports.find((report) => report.path === path);
    this.error = record?.error ?? null;
    this.take(fleet.byHand.get(path) ?? null, peek);
    this.build();
    this.show();
  }

  /** A look at the file becomes the state: `roles` by column, and which of them were only guessed. */
  take(mapping, peek) {
    this.peek = peek;
    const source = mapping ?? peek.mapping;
    this.name = source.name || t('map.name', { file: this.path.split('/').pop() });
    this.roles = new Map();
    source.columns.forEach((column, i) => {
      const at = /^#\d+$/.test(column.heading) ? Number(column.heading.slice(1)) - 1 : peek.headings.indexOf(column.heading);
      if (at >= 0 && at < peek.headings.length) this.roles.set(at, { quantity: column.quantity, unit: nearestUnit(column), sure: mapping ? true : peek.is_sure[i] });
    });
  }

  /** The choice in its file form. */
  mapping() {
    const { peek } = this;
    const isUnique = (heading) => peek.headings.filter((one) => one === heading).length === 1;
    const columns = [...this.roles].sort(([a], [b]) => a - b).map(([at, { quantity, unit }]) => {
      const heading = peek.has_headings && isUnique(peek.headings[at]) ? peek.headings[at] : `#${at + 1}`;
      return unit ? { heading, quantity, unit } : { heading, quantity };
    });
    const { delimiter, decimal_mark, n_preamble_rows, headings } = peek.mapping;
    return { name: this.name, ...(delimiter ? { delimiter } : {}), ...(decimal_mark ? { decimal_mark } : {}), ...(headings?.length ? { headings } : { n_preamble_rows }), columns };
  }

  missing() {
    const has = (...names) => [...this.roles.values()].some(({ quantity }) => names.includes(quantity));
    return [has(...TIMES) ? null : 'time', has('voltage') ? null : 'voltage', has('current') ? null : 'current'].filter(Boolean);
  }

  build() {
    const { mapping, is_sheet } = this.peek;
    const choose = (test, label, value, options, onPick) => h('label', label, this[test] = select(`map-${test}`, value, options, onPick));
    const reshape = () => this.reshape();
    this.rowInput = h('input.narrow', { type: 'number', min: '1', max: '2000', value: String((mapping.n_preamble_rows ?? 0) + 1), 'data-test': 'map-row', onchange: reshape });
    this.shape = h('div.fields',
      is_sheet ? null : choose('separator', t('map.separator'), mapping.delimiter, SEPARATORS.map(([value, name]) => [value, t(`map.separator.${name}`)]), reshape),
      choose('decimal', t('map.decimal'), mapping.decimal_mark ?? '.', [['.', t('map.decimal.point')], [',', t('map.decimal.comma')]], reshape),
      h('label', t('map.row'), this.rowInput));
    this.table = h('div');
    this.needs = h('p', { 'data-test': 'map-needs', role: 'status' });
    this.result = h('div', { 'data-test': 'map-result' });
    const others = this.fleet.unrecognised().filter((path) => path !== this.path);
    this.others = others.length ? h('input', { type: 'checkbox', checked: true, 'data-test': 'map-others' }) : null;
    this.later = h('input', { type: 'checkbox', checked: true, 'data-test': 'map-later' });
    this.undoButton = h('button.quiet', { type: 'button', 'data-test': 'map-undo', disabled: true, onclick: () => this.undo() }, t('undo'));
    this.useButton = h('button.primary', { type: 'button', 'data-test': 'map-use', onclick: () => this.use() }, t('map.use'));
    this.dialog = h('dialog.wide', { 'data-test': 'mapping', 'aria-labelledby': 'mapping-title' },
      h('h2#mapping-title', t('map.title', { file: this.path })),
      this.error ? h('p.message.warn', errorWords(this.error)) : null,
      h('p.muted', t('map.intro'), this.peek.member ? ` ${t('map.member', { name: this.peek.member })}` : ''),
      this.shape, this.table, this.needs, this.result,
      h('div', this.others ? h('label.check', this.others, t('map.others', { n: others.length })) : null, h('label.check', this.later, t('map.later'))),
      h('div.actions', this.undoButton,
        h('label.button', h('span', t('map.load')), h('input.hidden', { type: 'file', accept: '.json,application/json', 'data-test': 'map-load', onchange: (event) => this.load(event.target) })),
        h('button', { type: 'button', 'data-test': 'map-save', onclick: () => this.save() }, t('map.save')),
        h('button', { type: 'button', 'data-test': 'map-cancel', onclick: () => this.dialog.close() }, t('cancel')), this.useButton));
    this.dialog.addEventListener('close', () => { this.controller?.abort(); this.dialog.remove(); });
  }

  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  /** Remembers the present state before a change. */
  remember() {
    this.history.push({ peek: this.peek, roles: new Map([...this.roles].map(([at, role]) => [at, { ...role }])), name: this.name });
    this.undoButton.disabled = false;
  }

  undo() {
    const before = this.history.pop();
    if (!before) return;
    Object.assign(this, before);
    this.undoButton.disabled = !this.history.length;
    this.showShape();
    this.show();
    announce(t('undone'));
  }

  showShape() {
    const { mapping } = this.peek;
    if (this.separator) this.separator.value = mapping.delimiter;
    this.decimal.value = mapping.decimal_mark ?? '.';
    this.rowInput.value = String((mapping.n_preamble_rows ?? 0) + 1);
  }

  /** Another separator, decimal mark or row of headings: the rows are split anew, roles guessed anew. */
  async reshape() {
    this.remember();
    const draft = { name: '', columns: [], decimal_mark: this.decimal.value, n_preamble_rows: Math.max(0, Math.round(Number(this.rowInput.value) || 1) - 1) };
    if (this.separator) draft.delimiter = this.separator.value;
    try {
      const peek = await call('peek', { file: this.file, draft: JSON.stringify(draft) });
      const same = peek.headings.join('\n') === this.peek.headings.join('\n');
      if (same) this.peek = peek;
      else this.take(null, peek);
      this.show();
    } catch (error) {
      this.undo();
      notify(errorWords(error));
    }
  }

  setRole(at, quantity) {
    this.remember();
    // A quantity stands in one column; time in one of its three forms and, beside it, the clock.
    for (const [other, role] of this.roles) if (role.quantity === quantity) this.roles.delete(other);
    if (quantity) this.roles.set(at, { quantity, unit: nearestUnit({ quantity, unit: unitIn(this.peek.headings[at]) }), sure: true });
    else this.roles.delete(at);
    this.show();
  }

  setUnit(at, unit) {
    this.remember();
    this.roles.get(at).unit = unit;
    this.show();
  }

  show() {
    const { peek } = this;
    const focused = this.table.contains(document.activeElement) ? document.activeElement.dataset.test : null;
    const columns = peek.headings.map((heading, at) => {
      const role = this.roles.get(at);
      const label = t('map.role-of', { column: peek.has_headings ? heading : at + 1 });
      return h('th', { scope: 'col', class: role ? (role.sure ? 'mapped' : 'mapped guessed') : '' },
        select(`map-role-${at + 1}`, role?.quantity ?? '', [['', t('map.unused')], ...Object.keys(UNITS).map((name) => [name, t(`quantity.${name}`)])], (value) => this.setRole(at, value), label),
        role && UNITS[role.quantity].length ? select(`map-unit-${at + 1}`, role.unit, UNITS[role.quantity].map((unit) => [unit, unit]), (value) => this.setUnit(at, value), t('map.unit-of', { column: heading })) : null,
        role && !role.sure ? h('small.warn-text', t('map.guessed')) : null);
    });
    const body = (rows, kind) => rows.map((row) => h('tr', { class: kind }, peek.headings.map((_, at) => h('td', { class: this.roles.has(at) ? 'mapped' : '' }, row[at] ?? ''))));
    fill(this.table, h('p.caption', { 'aria-hidden': 'true' }, t('map.rows')), h('div.scroll.short', { tabindex: '0', role: 'region', 'aria-label': t('map.rows'), 'data-scroll': 'map-rows' },
      h('table.peek', { 'data-test': 'map-table' }, h('caption.hidden', t('map.rows')), h('thead', h('tr', columns)),
        h('tbody', peek.above.slice(-2).map((row) => h('tr.faint', h('td', { colspan: peek.headings.length }, row.join('  ')))),
          peek.has_headings ? h('tr', peek.headings.map((heading) => h('th', { scope: 'col' }, heading))) : null, body(peek.rows, 'number')))));
    if (focused) this.table.querySelector(`[data-test="${focused}"]`)?.focus({ preventScroll: true });
    const missing = this.missing();
    fill(this.needs, missing.length ? h('span.warn-text', t('map.needs', { names: missing.map((name) => t(`quantity.${name}`)).join(', ') })) : h('span.ok-text', t('map.complete')));
    this.useButton.disabled = missing.length > 0;
    if (missing.length) { this.controller?.abort(); fill(this.result, null); } else this.soonPreview();
  }

  soonPreview = debounced(() => this.showPreview(), PREVIEW_DELAY);

  async showPreview() {
    if (!this.dialog.isConnected) return;
    this.controller?.abort();
    this.controller = new AbortController();
    const mine = this.previewing += 1;
    try {
      const found = await call('preview', { file: this.file, name: this.path, mapping: JSON.stringify(this.mapping()) }, { signal: this.controller.signal });
      if (mine === this.previewing) fill(this.result, this.previewOf(found));
    } catch (error) {
      if (error.code !== 'cancelled' && mine === this.previewing) fill(this.result, h('p.message.bad', { 'data-test': 'map-error', 'data-code': error.code }, errorWords(error)));
    }
  }

  previewOf({ t: time, v, i, cells, findings, bytes: read, whole }) {
    const hours = Array.from(time ?? [], (s) => s / 3600);
    const range = (values) => {
      const all = Array.from(values).filter(Number.isFinite);
      return [Math.min(...all), Math.max(...all)];
    };
    const figure = (title, values, unit, test) => {
      const [low, high] = range(values);
      return lineChart({ title, test, height: 170, caption: t('map.range', { low: fixed(low, 3), high: fixed(high, 3), unit, hours: number(hours.at(-1), 2) }), x: { label: t('axis.hours'), values: hours }, yLabel: unit, lines: [{ label: title, values }] });
    };
    const verdict = (cell) => (cell.problem
      ? h('p.message.warn', { 'data-test': 'map-cycle', 'data-code': cell.problem.code }, whole ? errorWords(cell.problem) : t('map.head-only', { bytes: bytes(read) }))
      : h('p.message.ok', { 'data-test': 'map-cycle' }, t('map.cycle', { cycle: cell.cycle, charge: fixed(cell.charge_ah, 4), discharge: fixed(cell.discharge_ah, 4) })));
    return [cells.slice(0, 1).map(verdict), findings.length ? h('p.muted', findings.map((f) => words('finding', { code: f.code, params: { detail: f.detail ?? '' } })).join(' · ')) : null,
      hours.length ? h('div.charts', figure(t('quantity.voltage'), v, 'V', 'map-voltage'), figure(t('quantity.current'), i, 'A', 'map-current')) : null];
  }

  save() {
    download(`${fileName(this.name)}.mapping.json`, JSON.stringify(this.mapping(), null, 2));
  }

  async load(input) {
    const [file] = input.files;
    input.value = '';
    if (!file) return;
    try {
      const mapping = await call('mapping', { bytes: new Uint8Array(await file.arrayBuffer()) });
      const draft = { ...mapping, columns: [], headings: [] };
      const peek = await call('peek', { file: this.file, draft: JSON.stringify(draft) });
      this.remember();
      this.take(mapping, peek);
      this.showShape();
      this.show();
      notify(t('map.loaded', { name: mapping.name }));
    } catch (error) {
      notify(errorWords(error));
    }
  }

  use() {
    const paths = [...new Set([this.path, ...(this.others?.checked ? this.fleet.unrecognised() : [])])];
    const undo = this.fleet.useMapping(paths, this.mapping(), { later: this.later.checked });
    this.dialog.close();
    undoable(t('map.used', { n: paths.length }), undo);
  }
}

function select(test, value, options, onPick, label = null) {
  const element = h('select', { 'data-test': test, 'aria-label': label, onchange: (event) => onPick(event.target.value) }, options.map(([key, name]) => h('option', { value: key }, name)));
  element.value = value;
  return element;
}

/** The unit of the list that a heading means, or the first. */
function nearestUnit({ quantity, unit = '' }) {
  const known = UNITS[quantity] ?? [];
  const plain = (unit ?? '').toLowerCase().replace(/[^a-zµμ]/g, '').replace(/[µμ]/, 'u');
  const names = { second: 's', seconds: 's', sec: 's', minute: 'min', minutes: 'min', hour: 'h', hours: 'h', hr: 'h', volt: 'v', volts: 'v', amp: 'a', amps: 'a', ampere: 'a', milliamp: 'ma', amphr: 'ah' };
  return known.find((one) => one.toLowerCase() === (names[plain] ?? plain)) ?? known[0] ?? '';
}

const unitIn = (heading) => /[([/#]\s*([^()[\]/]+?)\s*[)\]]?$/.exec(heading ?? '')?.[1] ?? '';
