// What the decisions are worth: routes, money, emissions; every figure editable, with its source.

import { h, fill, download } from './dom.js';
import { t, number, percent } from './i18n.js';
import { dataTable, newView } from './table.js';
import { errorBox } from './shell.js';
import { call } from './bridge.js';

const view = newView();
const itemView = newView();
const ROUTES = ['pyro', 'hydro', 'direct-nmc', 'direct-lfp'];
const SHOWN_ITEMS = 200;

/** Asks the core what a lot is worth. */
export async function assess(state) {
  const { result, round } = state;
  try {
    state.worth = await call('value', {
      edits: [...state.valueEdits], classes: round.catalogue.classes.map(({ name }) => name), batteries: result.decisions.map((d) => d.name),
      probabilities: result.decisions.map((d) => d.probabilities), soh: result.decisions.map((d) => (d.soh?.soh ?? null)),
    });
    state.valueError = null;
  } catch (error) {
    state.valueError = error;
  }
}

const yuan = (value) => `¥ ${number(value, Math.abs(value) < 100 ? 2 : 0)}`;
const tile = (value, label, test = null) => h('li', { 'data-test': test }, h('b', value), h('span', label));

/** @param {HTMLElement} host */
export function renderValue(host, state, { onEdit, onReset }) {
  const { worth, result, valueError } = state;
  if (!result) { fill(host, h('p.muted', t('value.not-yet'))); return; }
  const again = () => renderValue(host, state, { onEdit, onReset });
  fill(host, valueError ? errorBox(valueError, 'value-error') : null, worth ? [
    h('ul.tiles', { 'data-test': 'value-tiles' },
      tile(yuan(worth.profit), t('value.profit', { mass: number(worth.mass_kg, 1) }), 'value-profit'), tile(yuan(worth.profit - worth.profit_unsorted), t('value.gain')),
      tile(yuan(worth.to_lab[2]), t('value.lab', { n: worth.to_lab[0] })), tile(`${number(worth.avoided_co2_kg, 1)} kg`, t('value.co2')), tile(`${number(worth.saved_kwh, 1)} kWh`, t('value.kwh'))),
    h('p', worth.undecided_below > 0 ? t('value.threshold', { share: percent(worth.undecided_below, 0) }) : t('value.threshold-none')),
    h('ul.chips', ROUTES.map((route, i) => (worth.by_choice[i][0] ? h('li', t(`route.${route}`), ' ', h('b', number(worth.by_choice[i][0])), ` · ${yuan(worth.by_choice[i][2])}`) : null)), worth.to_lab[0] ? h('li', t('route.lab'), ' ', h('b', number(worth.to_lab[0]))) : null),
    h('details', { 'data-test': 'value-batteries' }, h('summary', t('value.batteries')), dataTable({
      test: 'worth', caption: t('value.caption'), rows: worth.assessments, rowKey: (one) => one.id, view, onView: again,
      columns: [
        { key: 'id', label: t('decision.battery'), header: true, sort: (one) => one.id, cell: (one) => one.id },
        { key: 'route', label: t('value.route'), sort: (one) => (one.to_lab ? -1 : one.choice), cell: (one) => (one.to_lab ? t('route.lab-first', { route: t(`route.${ROUTES[one.choice]}`) }) : t(`route.${ROUTES[one.choice]}`)) },
        { key: 'profit', label: t('value.expected'), numeric: true, sort: (one) => one.profit, cell: (one) => yuan(one.profit) },
        ...ROUTES.map((route, i) => ({ key: route, label: t(`route.${route}`), numeric: true, sort: (one) => one.profits[i], cell: (one) => number(one.profits[i], 2) })),
        { key: 'test', label: t('value.test'), numeric: true, sort: (one) => one.lab_value, cell: (one) => yuan(one.lab_value) },
      ],
    })),
    h('details', { 'data-test': 'value-items' }, h('summary', t('value.items', { n: worth.items.length })), h('p.muted', t('value.items-help')), dataTable({
      test: 'items', caption: t('value.items-caption'), rows: worth.items, rowKey: (item) => item.id, view: itemView, onView: again, pageSize: SHOWN_ITEMS,
      columns: [
        { key: 'name', label: t('value.item'), header: true, sort: (item) => item.id, cell: (item) => [item.name, h('br'), h('code.muted', item.id)] },
        { key: 'value', label: t('value.value'), numeric: true, cell: (item) => h('input.narrow', { type: 'number', step: 'any', min: '0', value: item.value, 'data-test': `item-${item.id}`, 'aria-label': item.name, onchange: (event) => onEdit(item.id, Number(event.target.value)) }) },
        { key: 'unit', label: t('report.unit'), cell: (item) => item.unit },
        { key: 'source', label: t('value.source'), cell: (item) => (state.valueEdits.has(item.id) ? h('b', t('value.edited')) : [item.source, item.assumed ? [' ', h('span.badge', t('value.assumed'))] : null]) },
      ],
    })),
    h('div.actions',
      h('button', { type: 'button', 'data-test': 'save-value-csv', onclick: () => download('value.csv', worth.csv, 'text/csv') }, t('value.csv')),
      h('button', { type: 'button', onclick: () => print() }, t('export.print')),
      state.valueEdits.size ? h('button.quiet', { type: 'button', 'data-test': 'value-reset', onclick: onReset }, t('value.reset')) : null)] : null);
}
