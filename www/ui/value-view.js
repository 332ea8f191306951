// What the decisions are worth: routes, money, emissions; every figure editable, with its source.

import { h, fill, download } from './dom.js';
import { t, has, number, percent, errorWords } from './i18n.js';
import { barTable, dataTable, newView, plainTable } from './table.js';
import { call } from './bridge.js';
import { announce } from './shell.js';
import { bars, donut, figure, tornado } from './figure.js';

const view = newView();
const itemView = newView();
const ROUTES = ['pyro', 'hydro', 'direct-nmc', 'direct-lfp'];
const STREAM_ROUTES = ['pyro', 'hydro', 'direct'];
const CHEMISTRIES = ['NMC', 'LFP'];
const WAYS = ['calibration', 'pulse', 'generation'];
const MIXTURES = [[0, 1], [1, 2], [1, 1], [2, 1], [1, 0]];
const ACCURACIES = [0.97, 0.71, 0.55];
const SHOWN_ITEMS = 200;
/** More sets of probabilities than this are fetched on request only. */
const FEW = 200_000;

export const freshQuestion = () => ({ lfp: 1, nmc: 1, accuracy: 97, soh: null, soc: 50, usd: false });
const share = (value) => (Number.isFinite(value) ? value / 100 : null);

/** Asks the core what a lot is worth. */
export async function assess(state) {
  const { result, round } = state;
  const { lfp, nmc, accuracy, soh, soc, usd } = state.valueQuestion;
  const asked = state.asked = {}; // a later question, or another result, overtakes this one
  try {
    const worth = await call('value', {
      edits: [...state.valueEdits], question: { lfp, nmc, accuracy: share(accuracy), soh: share(soh), soc: share(soc) }, in_usd: usd,
      classes: round.catalogue.classes.map(({ name }) => name), batteries: result.decisions.map((d) => d.name),
      probabilities: result.decisions.map((d) => d.probabilities), soh: result.decisions.map(({ soh: found }) => (found ? [found.soh, found.half_width] : null)),
      unknown: result.decisions.flatMap(({ status }, i) => (status === 'unknown' ? [i] : [])), without: state.without ?? [],
    });
    if (state.asked === asked && state.result === result) Object.assign(state, { worth: { ...worth, usd }, valueError: null });
  } catch (error) {
    if (state.asked === asked) state.valueError = error;
  }
}

/** Whether leaving each ballot out in turn is quick enough to be done unasked. */
export const isQuick = ({ result, round }) => result.n_ballots * result.decisions.length * round.catalogue.classes.length <= FEW;

const tile = (value, label, test = null) => h('li', { 'data-test': test }, h('b', value), h('span', label));
const fieldName = (field) => (has(`item.${field}`) ? `${t(`item.${field}`)} (${field})` : has(`value.field.${field}`) ? t(`value.field.${field}`) : field);
const mixture = ([lfp, nmc]) => (nmc === 0 ? t('value.only', { name: 'LFP' }) : lfp === 0 ? t('value.only', { name: 'NMC' }) : `LFP:NMC ${lfp}:${nmc}`);
const lineName = (name) => t(`line.${name.replaceAll(' ', '-')}`);

/** @param {HTMLElement} host */
export function renderValue(host, state, actions) {
  const { worth, result, valueError } = state;
  if (!result) { fill(host, h('p.muted', t('value.not-yet'))); return; }
  fill(host, valueError ? refusal(valueError) : null, worth ? [
    ...lotSummary(state, actions), ballotsWorth(state, actions), perBattery(host, state, actions),
    h('h3', t('value.streams')), questionForm(state, actions), ownStream(state),
    h('div.charts', figures(state)), assumptions(), accounts(state), itemTable(host, state, actions), footer(state, actions)]
    : valueError ? h('button', { type: 'button', 'data-test': 'value-reset', onclick: actions.onReset }, t('value.reset')) : null);
}

/** What was refused, by the name of its field; the figures shown are the last ones that held. */
function refusal({ code, params }) {
  const named = { ...params };
  for (const key of ['field', 'item']) if (named[key]) named[key] = fieldName(named[key]);
  if (has(`value.group.${named.group}`)) named.group = t(`value.group.${named.group}`);
  const words = `${errorWords({ code, params: named })} ${t('value.kept')}`;
  announce(words);
  return h('p.message.bad', { 'data-test': 'value-error', 'data-code': code ?? 'internal', 'data-field': params?.field ?? params?.group ?? params?.item }, words);
}

const symbol = (state) => (state.worth.usd ? 'US$' : '¥');
const amount = (state, yuan) => yuan * state.worth.per_yuan;
const money = (state, yuan) => {
  const value = amount(state, yuan);
  return `${symbol(state)} ${number(value, Math.abs(value) < 100 ? 2 : 0)}`;
};

function lotSummary(state) {
  const { worth } = state;
  const mass = (kg) => (kg >= 1000 ? `${number(kg / 1000, 2)} t` : `${number(kg, 1)} kg`);
  return [
    h('ul.tiles', { 'data-test': 'value-tiles' },
      tile(money(state, worth.profit), t('value.profit', { mass: mass(worth.mass_kg) }), 'value-profit'), tile(money(state, worth.profit - worth.profit_unsorted), t('value.gain')),
      tile(money(state, worth.to_lab[2]), t('value.lab', { n: worth.to_lab[0] })), tile(`${number(worth.avoided_co2_kg, 1)} kg`, t('value.co2')), tile(`${number(worth.saved_kwh, 1)} kWh`, t('value.kwh'))),
    h('p', { 'data-test': 'value-threshold' }, worth.undecided_below > 0 ? t('value.threshold', { share: percent(worth.undecided_below, 0) }) : t('value.threshold-none')),
    plainTable({
      test: 'value-lot', caption: t('value.lot'), head: [t('value.route'), t('value.n'), t('value.mass'), symbol(state)],
      rows: [...ROUTES.map((route, i) => [t(`route.${route}`), ...worth.by_choice[i]]), [t('route.lab'), ...worth.to_lab]]
        .filter(([, n]) => n).map(([name, n, kg, yuan]) => [name, number(n), mass(kg), money(state, yuan)]),
    })];
}

/** What each ballot is worth, and so what one more would be. */
function ballotsWorth(state, { onWithout }) {
  const { worth, result } = state;
  if (!worth.collaborators.length) return result.n_ballots > 1 ? h('div.actions', h('button.small', { type: 'button', 'data-test': 'value-without', disabled: !!state.leavingOut, onclick: onWithout }, t(state.leavingOut ? 'value.without-busy' : 'value.without'))) : null;
  const mean = worth.collaborators.reduce((sum, yuan) => sum + yuan, 0) / worth.collaborators.length;
  return h('div', { 'data-test': 'value-collaborators' },
    h('p', { 'data-test': 'value-one-more' }, mean > 0 ? t('value.one-more', { money: money(state, mean) }) : t('value.one-more-none')),
    h('details', { 'data-test': 'value-ballots' }, h('summary', t('value.ballots')), barTable({
      test: 'value-ballot-table', caption: t('value.ballots-caption'), head: [t('ballots.from'), symbol(state)], format: (yuan) => money(state, yuan),
      rows: worth.collaborators.map((value, i) => ({ name: result.voters[i]?.name || result.voters[i]?.kid.slice(0, 8) || '?', value })).sort((a, b) => b.value - a.value),
    })));
}

function perBattery(host, state, actions) {
  const { worth } = state;
  const hasInterval = worth.assessments.some((one) => one.interval);
  return h('details', { 'data-test': 'value-batteries' }, h('summary', t('value.batteries')), dataTable({
    test: 'worth', caption: t('value.caption', { symbol: symbol(state) }), rows: worth.assessments, rowKey: (one) => one.id, view, onView: () => renderValue(host, state, actions),
    columns: [
      { key: 'id', label: t('decision.battery'), header: true, sort: (one) => one.id, cell: (one) => one.id },
      { key: 'route', label: t('value.route'), sort: (one) => (one.to_lab ? -1 : one.choice), cell: (one) => (one.to_lab ? t('route.lab-first', { route: t(`route.${ROUTES[one.choice]}`) }) : t(`route.${ROUTES[one.choice]}`)) },
      { key: 'profit', label: t('value.expected'), numeric: true, sort: (one) => one.profit, cell: (one) => money(state, one.profit) },
      ...(hasInterval ? [{ key: 'interval', label: t('value.interval'), numeric: true, cell: (one) => (one.interval ? one.interval.map((yuan) => number(amount(state, yuan), 2)).join(' – ') : '–') }] : []),
      ...ROUTES.map((route, i) => ({ key: route, label: t(`route.${route}`), numeric: true, sort: (one) => one.profits[i], cell: (one) => number(amount(state, one.profits[i]), 2) })),
      { key: 'test', label: t('value.test'), numeric: true, sort: (one) => one.lab_value, cell: (one) => money(state, one.lab_value) },
    ],
  }));
}

/** Currency, masses, and the recycler's own stream. An empty number is refused by its name. */
function questionForm(state, { onQuestion, onEdit }) {
  const asked = state.valueQuestion;
  const read = (event) => (event.target.value.trim() === '' ? null : Number(event.target.value));
  const input = (name, attributes) => h('label', t(`value.field.${name}`), h('input', { type: 'number', step: 'any', min: '0', value: asked[name] ?? '', 'data-test': `value-${name}`, onchange: (event) => onQuestion(name, read(event)), ...attributes }));
  const mass = state.valueEdits.get('battery.mass') ?? state.worth.items.find(({ id }) => id === 'battery.mass').value;
  const n = state.result.decisions.length;
  return h('div.fields', { 'data-test': 'value-question' },
    h('label', t('value.currency'), h('select', { 'data-test': 'value-currency', onchange: (event) => onQuestion('usd', event.target.value === 'usd') }, h('option', { value: 'yuan', selected: !asked.usd }, t('value.yuan')), h('option', { value: 'usd', selected: asked.usd }, t('value.usd')))),
    h('label', t('value.battery-mass'), h('input', { type: 'number', step: 'any', min: '0', value: mass, 'data-test': 'value-mass', onchange: (event) => onEdit('battery.mass', read(event)) })),
    h('label', t('value.tonnage'), h('input', { type: 'number', step: 'any', min: '0', value: (mass * n) / 1000, 'data-test': 'value-tonnes', onchange: (event) => onEdit('battery.mass', read(event) === null ? null : (read(event) * 1000) / n) })),
    input('lfp'), input('nmc'), input('accuracy', { max: '100' }), input('soh', { max: '120', placeholder: t('value.reference') }), input('soc', { max: '100' }));
}

function ownStream(state) {
  const { own, own_profit: profit } = state.worth.overview;
  const best = own.routes.indexOf(Math.max(...own.routes));
  return h('p', { 'data-test': 'value-own' }, t('value.own', {
    share: percent(own.lfp_share, 0), direct: money(state, profit), accuracy: percent(share(state.valueQuestion.accuracy), 0), hydro: money(state, own.routes[1]), pyro: money(state, own.routes[0]), best: t(`route.${STREAM_ROUTES[best]}`),
  }), ' ', own.break_even_accuracy === null ? t('value.break-even-never') : t('value.break-even', { accuracy: percent(own.break_even_accuracy, 1) }));
}

/** The figures of both papers (Fig. 5 each), from the items in hand. */
function figures(state) {
  const all = state.worth.overview;
  const unit = `${symbol(state)}/t`;
  const scaled = (values) => values.map((yuan) => amount(state, yuan));
  const whole = (value) => number(value, 0);
  const mixtures = MIXTURES.map(mixture);
  const grouped = (test, caption, groups, series, format = whole) => figure({
    test, caption, drawing: bars(caption, groups, series, format),
    head: ['', ...series.map(({ name }) => name)], rows: groups.map((name, g) => [name, ...series.map(({ values }) => (Number.isFinite(values[g]) ? number(values[g], 2) : t('value.never')))]),
  });
  const parted = (test, caption, parts, format) => figure({ test, caption, drawing: donut(caption, parts), head: ['', format ? '%' : unit], rows: parts.map(({ name, value }) => [name, number(value, 2)]) });
  const base = amount(state, all.own.routes[2]);
  const swings = all.sensitivities.map(({ key, values, profits }) => ({ name: `${sensitivityName(key)} (${values.join(', ')})`, low: amount(state, profits[0]), high: amount(state, profits[1]), values }));
  const tornadoCaption = t('fig.tornado', { unit, first: sensitivityName(all.sensitivities[0].key) });
  const best = all.own.routes.indexOf(Math.max(...all.own.routes));
  return [
    grouped('fig-routes', t('fig.routes', { unit, best: t(`route.${STREAM_ROUTES[best]}`) }), mixtures, STREAM_ROUTES.map((route, i) => ({ name: t(`route.${route}`), values: scaled(all.mixtures.map((m) => m.routes[i])) }))),
    grouped('fig-accuracy', t('fig.accuracy', { unit, lost: money(state, all.own.at_accuracies[0] - all.own.at_accuracies[1]) }), mixtures, ACCURACIES.map((accuracy, i) => ({ name: t(`accuracy.${Math.round(100 * accuracy)}`), values: scaled(all.mixtures.map((m) => m.at_accuracies[i])) }))),
    figure({ test: 'fig-sensitivity', caption: tornadoCaption, drawing: tornado(tornadoCaption, base, swings), head: [t('value.item'), t('value.low'), t('value.high')], rows: swings.map(({ name, low, high }) => [name, number(low, 2), number(high, 2)]) }),
    grouped('fig-over-accuracy', t('fig.over-accuracy', { unit }), all.over_accuracy.map(([accuracy]) => percent(accuracy, 0)), [{ name: t('route.direct'), values: scaled(all.over_accuracy.map(([, profit]) => profit)) }]),
    ...all.accounts.filter(({ route }) => route === 2).map(({ chemistry, lines }) => parted(`fig-cost-${CHEMISTRIES[chemistry].toLowerCase()}`, t('fig.cost', { chemistry: CHEMISTRIES[chemistry] }),
      lines.filter((line) => line.yuan_per_tonne < 0).map((line) => ({ name: lineName(line.name), value: -amount(state, line.yuan_per_tonne) })))),
    grouped('fig-co2', t('fig.co2', { from: whole(all.ways[0].co2_kg_per_tonne[2]), to: whole(all.ways[2].co2_kg_per_tonne[2]) }), STREAM_ROUTES.map((route) => t(`route.${route}`)), WAYS.map((way, i) => ({ name: t(`way.${way}`), values: all.ways[i].co2_kg_per_tonne }))),
    grouped('fig-electricity', t('fig.electricity', { from: whole(all.ways[0].electricity_usd), to: whole(all.ways[2].electricity_usd) }), WAYS.map((way) => t(`way.${way}`)), [{ name: 'US$/t', values: all.ways.map((way) => way.electricity_usd) }]),
    ...[0, 2].map((i) => parted(`fig-share-${WAYS[i]}`, t('fig.share', { way: t(`way.${WAYS[i]}`), share: percent(all.ways[i].electricity_share, 1) }), [{ name: t('fig.electricity-part'), value: 100 * all.ways[i].electricity_share }, { name: t('fig.other-part'), value: 100 * (1 - all.ways[i].electricity_share) }], true)),
    grouped('fig-break-even', t('fig.break-even'), all.break_even.map(([soc]) => `${number(soc)} % SOC`), [{ name: t('fig.tonnes'), values: all.break_even.map(([, tonnes]) => tonnes) }], (value) => `${number(value, 2)} t`),
    h('figure', { 'data-test': 'fig-scenario' }, h('ul.tiles', tile(`US$ ${number(all.scenario[0], 1)} bn`, t('fig.saved')), tile(`${number(all.scenario[1], 1)} bn kg`, t('value.co2'))), h('figcaption', t('fig.scenario')))];
}

const sensitivityName = (key) => (has(`item.${key}`) ? t(`item.${key}`) : t(`sensitivity.${key}`));

const assumptions = () => h('details', { 'data-test': 'value-assumptions', open: true }, h('summary', t('value.assumptions')),
  h('ul.plain', ['accuracy', 'soh', 'chemistry', 'mixture', 'pulse', 'lab'].map((name) => h('li', t(`assumption.${name}`)))));

function accounts(state) {
  const all = state.worth.overview.accounts;
  const names = [...new Set(all.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const cell = ({ lines }, name) => {
    const line = lines.find((one) => one.name === name);
    return line ? number(amount(state, line.yuan_per_tonne), 2) : '–';
  };
  const caption = t('value.accounts-caption', { unit: `${symbol(state)}/t` });
  return h('details', { 'data-test': 'value-accounts' }, h('summary', t('value.accounts')), plainTable({
    test: 'account-table', caption, head: [t('value.item'), ...all.map(({ route, chemistry }) => `${t(`route.${STREAM_ROUTES[route]}`)}, ${CHEMISTRIES[chemistry]}`)],
    rows: [...names.map((name) => [lineName(name), ...all.map((account) => cell(account, name))]), [t('line.profit'), ...all.map(({ profit }) => h('b', number(amount(state, profit), 2)))]],
  }));
}

function itemTable(host, state, actions) {
  const { worth, valueEdits } = state;
  const refused = state.valueError?.params?.field;
  return h('details', { 'data-test': 'value-items' }, h('summary', t('value.items', { n: worth.items.length })), h('p.muted', t('value.items-help')), dataTable({
    test: 'items', caption: t('value.items-caption'), rows: worth.items, rowKey: (item) => item.id, view: itemView, onView: () => renderValue(host, state, actions), pageSize: SHOWN_ITEMS,
    columns: [
      { key: 'name', label: t('value.item'), header: true, sort: (item) => item.id, cell: (item) => [t(`item.${item.id}`), h('br'), h('code.muted', item.id)] },
      { key: 'value', label: t('value.value'), numeric: true, cell: (item) => h('input.narrow', { type: 'number', step: 'any', min: '0', value: valueEdits.has(item.id) ? valueEdits.get(item.id) ?? '' : item.value, 'aria-invalid': refused === item.id, 'data-test': `item-${item.id}`, 'aria-label': t(`item.${item.id}`), onchange: (event) => actions.onEdit(item.id, event.target.value.trim() === '' ? null : Number(event.target.value)) }) },
      { key: 'unit', label: t('report.unit'), cell: (item) => item.unit },
      { key: 'source', label: t('value.source'), cell: (item) => (valueEdits.has(item.id) ? h('b', t('value.edited')) : [t(`source.${item.source}`), item.assumed ? [' ', h('span.badge', t('value.assumed'))] : null]) },
    ],
  }));
}

function footer(state, { onReset }) {
  return h('div.actions',
    h('button', { type: 'button', 'data-test': 'save-value-csv', onclick: () => download('value.csv', state.worth.csv, 'text/csv') }, t('value.csv')),
    h('button', { type: 'button', 'data-test': 'save-streams-csv', onclick: () => download('streams.csv', streamsCsv(state), 'text/csv') }, t('value.streams-csv')),
    h('button', { type: 'button', 'data-test': 'print-value', onclick: () => printSection('step-value') }, t('value.print')),
    state.valueEdits.size ? h('button.quiet', { type: 'button', 'data-test': 'value-reset', onclick: onReset }, t('value.reset')) : null);
}

/** Prints one step with everything in it open. */
function printSection(id) {
  const section = document.getElementById(id);
  const closed = [...section.querySelectorAll('details:not([open])')];
  for (const one of closed) one.open = true;
  document.body.classList.add('print-one');
  section.classList.add('print-this');
  print();
  document.body.classList.remove('print-one');
  section.classList.remove('print-this');
  for (const one of closed) one.open = false;
}

/** The figures that need no lot, one line each: what, of what, value, unit. */
function streamsCsv(state) {
  const all = state.worth.overview;
  const unit = `${state.worth.usd ? 'USD' : 'CNY'}/t`;
  const yuan = (value) => amount(state, value);
  const lines = [['what', 'of', 'value', 'unit']];
  const streams = [...all.mixtures.map((m, i) => [`${MIXTURES[i][0]}:${MIXTURES[i][1]}`, m]), ['own', all.own]];
  for (const [name, stream] of streams) {
    STREAM_ROUTES.forEach((route, i) => lines.push([`profit ${route}`, `LFP:NMC ${name}`, yuan(stream.routes[i]), unit]));
    ACCURACIES.forEach((accuracy, i) => lines.push([`profit direct at ${Math.round(100 * accuracy)} %`, `LFP:NMC ${name}`, yuan(stream.at_accuracies[i]), unit]));
    lines.push(['break-even accuracy', `LFP:NMC ${name}`, stream.break_even_accuracy ?? '', 'share']);
  }
  for (const { route, chemistry, lines: account } of all.accounts) for (const { name, yuan_per_tonne: value } of account) lines.push([name, `${STREAM_ROUTES[route]} ${CHEMISTRIES[chemistry]}`, yuan(value), unit]);
  for (const { key, values, profits } of all.sensitivities) profits.forEach((profit, i) => lines.push([`profit at ${key} ${values[i]}`, 'own', yuan(profit), unit]));
  all.ways.forEach((way, i) => {
    STREAM_ROUTES.forEach((route, r) => lines.push(['emissions', `${WAYS[i]} ${route}`, way.co2_kg_per_tonne[r], 'kg CO2-eq/t']));
    lines.push(['electricity', WAYS[i], way.electricity_usd, 'USD/t'], ['share of electricity in cost', WAYS[i], way.electricity_share, 'share']);
  });
  for (const [soc, tonnes] of all.break_even) lines.push(['break-even of generation', `${soc} % SOC`, tonnes ?? '', 't']);
  lines.push(['saved 2030', 'world', all.scenario[0], 'bn USD/a'], ['avoided 2030', 'world', all.scenario[1], 'bn kg CO2-eq/a']);
  for (const { id, value, unit: of, source } of state.worth.items) lines.push(['item', id, value, `${of}; ${state.valueEdits.has(id) ? 'edited' : source}`]);
  return `${lines.map((line) => line.map((cell) => (/[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : cell)).join(',')).join('\n')}\n`;
}
