// Decisions: the rule, one line per battery, why, side by side, and the check against a truth file.

import { h, fill } from './dom.js';
import { t, number, percent } from './i18n.js';
import { dataTable, newView, plainTable, confusionTable } from './table.js';
import { errorBox, progressBar } from './shell.js';

const view = newView();

/** @param {HTMLElement} host */
export function renderDecide(host, state, actions) {
  const { round, result, rules, rule, deciding, decideError } = state;
  const counted = state.records.filter(({ status }) => status === 'accepted').length;
  if (!round || counted < round.quorum) {
    fill(host, h('p.muted', { 'data-test': 'decide-hindrance' }, round ? t('decide.below-quorum', { n: counted, quorum: round.quorum }) : t('ballots.needs-round')));
    return;
  }
  fill(host,
    state.isDemo ? h('p.message.simulated', { 'data-test': 'simulated' }, t('simulated.result')) : null,
    h('div.toolbar',
      h('label', h('span', t('decide.rule')), h('select', { 'data-test': 'rule', onchange: (event) => actions.onRule(event.target.value) }, rules.map((name, i) => h('option', { value: name, selected: name === rule }, `${t(`rule.${name}`)}${i === 0 ? ` (${t('decide.default')})` : ''}`)))),
      h('button.small', { type: 'button', 'data-test': 'compare', onclick: actions.onCompare, disabled: !!deciding }, t('decide.compare')),
      h('label.button', h('span', t(state.truth ? 'decide.truth-again' : 'decide.truth')), h('input.hidden', { type: 'file', accept: '.csv', 'data-test': 'truth-file', onchange: (event) => actions.onTruth(event.target.files[0]) }))),
    h('p.muted', t(`rule.${rule}.help`)),
    deciding ? progressBar(t('decide.busy'), { test: 'decide-progress' }) : null,
    decideError ? errorBox(decideError, 'decide-error') : null,
    result ? [summary(state), state.compared ? comparison(state, actions) : null, truthPanel(state), decisionTable(host, state, actions)] : null);
}

const className = (round, index) => (index === null || index === undefined ? t('decision.none') : round.catalogue.classes[index]?.name ?? '?');

function summary({ result, round }) {
  const decided = result.decisions.filter(({ status }) => status === 'decided');
  const perClass = round.catalogue.classes.map((one, index) => ({ name: one.name, n: decided.filter((decision) => decision.class === index).length })).filter(({ n }) => n);
  const lab = result.decisions.length - decided.length;
  const mean = decided.reduce((sum, { confidence }) => sum + confidence, 0) / (decided.length || 1);
  return [
    h('ul.tiles', { 'data-test': 'decide-tiles' },
      tile(number(decided.length), t('decide.decided'), 'n-decided'), tile(number(lab), t('decide.lab'), 'n-undecided'),
      tile(percent(mean), t('decide.mean-confidence')), tile(number(result.n_ballots), t('decide.ballots'))),
    h('ul.chips', { 'aria-label': t('decide.per-class') }, perClass.map(({ name, n }) => h('li', name, ' ', h('b', number(n))))),
  ];
}

const tile = (value, label, test = null) => h('li', { 'data-test': test }, h('b', value), h('span', label));

/** Rules side by side: how often each agrees with the chosen one, and its accuracy if known. */
function comparison({ compared, result, round, truth, rule }, { onRule }) {
  const chosen = new Map(result.decisions.map((decision) => [decision.battery, decision.class]));
  const rows = compared.map((other) => {
    const same = other.decisions.filter((decision) => chosen.get(decision.battery) === decision.class).length;
    const score = truth ? scoreOf(other.decisions, truth, round) : null;
    return [other.rule === rule ? h('strong', t(`rule.${other.rule}`)) : h('button.small.quiet', { type: 'button', onclick: () => onRule(other.rule) }, t(`rule.${other.rule}`)),
      percent(same / other.decisions.length), number(other.decisions.filter(({ status }) => status === 'decided').length),
      ...(truth ? [percent(score.accuracy)] : [])];
  });
  return plainTable({ test: 'comparison', caption: t('decide.compare-caption', { rule: t(`rule.${rule}`) }), head: [t('decide.rule'), t('decide.agreement'), t('decide.decided'), ...(truth ? [t('decide.accuracy')] : [])], rows });
}

/** Accuracy and confusion over the batteries whose class the truth file names. */
export function scoreOf(decisions, truth, round) {
  const names = round.catalogue.classes.map(({ name }) => name);
  const counts = names.map(() => names.map(() => 0));
  let n = 0, hit = 0;
  for (const { battery, class: index } of decisions) {
    const actual = truth.get(battery);
    if (actual === undefined || index === null || index === undefined) { if (actual !== undefined) n += 1; continue; }
    n += 1;
    counts[actual][index] += 1;
    if (actual === index) hit += 1;
  }
  return { accuracy: n ? hit / n : Number.NaN, n, counts, names };
}

function truthPanel({ truth, result, round }) {
  if (!truth) return null;
  const score = scoreOf(result.decisions, truth, round);
  const held = score.names.map((_, i) => i).filter((i) => score.counts[i].some(Boolean) || score.counts.some((row) => row[i]));
  return h('div', { 'data-test': 'truth', 'data-accuracy': score.accuracy },
    confusionTable({ test: 'truth-confusion', classes: held.map((i) => score.names[i]), counts: held.map((i) => held.map((j) => score.counts[i][j])), caption: t('decide.truth-caption', { accuracy: percent(score.accuracy), n: score.n }) }));
}

function decisionTable(host, state, actions) {
  const { result, round, filter, truth } = state;
  const again = () => renderDecide(host, state, actions);
  const wanted = filter.text.toLowerCase();
  const rows = result.decisions.filter((decision) => (!wanted || decision.battery.toLowerCase().includes(wanted))
    && (filter.class === '' || String(decision.class) === filter.class)
    && (filter.status === 'all' || (filter.status === 'wrong' ? truth?.has(decision.battery) && truth.get(decision.battery) !== decision.class : decision.status === filter.status)));
  const set = (name) => (event) => { filter[name] = event.target.value; view.page = 0; again(); };
  const statuses = ['all', 'decided', ...new Set(result.decisions.map(({ status }) => status).filter((status) => status !== 'decided')), ...(truth ? ['wrong'] : [])];
  const hasSoh = result.decisions.some(({ soh }) => soh);
  return h('div',
    h('div.toolbar',
      h('label.grow', h('span', t('decide.find')), h('input', { type: 'search', value: filter.text, 'data-test': 'decisions-filter', oninput: set('text') })),
      h('label', h('span', t('decision.class')), h('select', { 'data-test': 'decisions-class', onchange: set('class') }, h('option', { value: '' }, t('decide.any')), round.catalogue.classes.map(({ name }, i) => h('option', { value: i, selected: filter.class === String(i) }, name)))),
      h('label', h('span', t('decision.status')), h('select', { 'data-test': 'decisions-status', onchange: set('status') }, statuses.map((status) => h('option', { value: status, selected: status === filter.status }, t(`decision.${status}`)))))),
    dataTable({
      test: 'decisions', caption: t('decide.caption', { n: rows.length }), rows, rowKey: (decision) => decision.battery, view, onView: again,
      rowClass: (decision) => (decision.status === 'decided' ? '' : 'has-problem'), expand: (decision) => why(decision, state),
      columns: [
        { key: 'battery', label: t('decision.battery'), header: true, sort: (d) => d.battery, cell: (d) => d.battery },
        { key: 'class', label: t('decision.class'), sort: (d) => className(round, d.class), cell: (d) => h('b', className(round, d.class)) },
        { key: 'confidence', label: t('decision.confidence'), numeric: true, sort: (d) => d.confidence, cell: (d) => percent(d.confidence) },
        { key: 'margin', label: t('decision.margin'), numeric: true, sort: (d) => d.margin, cell: (d) => percent(d.margin) },
        ...(hasSoh ? [{ key: 'soh', label: t('cell.soh'), numeric: true, sort: (d) => d.soh?.permille, cell: (d) => (d.soh ? `${number(d.soh.permille / 10)} ± ${number(d.soh.half_width / 10)} %` : '–') }] : []),
        { key: 'status', label: t('decision.status'), sort: (d) => d.status, cell: (d) => h('span', { class: d.status === 'decided' ? 'ok-text' : 'warn-text', 'data-status': d.status }, t(`decision.${d.status}`)) },
        ...(truth ? [{ key: 'truth', label: t('decision.truth'), sort: (d) => truth.get(d.battery) ?? -1, cell: (d) => (truth.has(d.battery) ? h('span', { class: truth.get(d.battery) === d.class ? '' : 'bad-text' }, className(round, truth.get(d.battery))) : '–') }] : []),
      ],
    }));
}

/** Who voted what, with which weight, and whether one voter alone turns it. */
function why(decision, state) {
  const { round, result } = state;
  const row = round.query.batteries.indexOf(decision.battery);
  const voters = state.records.filter(({ status }) => status === 'accepted');
  const rows = voters.map((record, k) => {
    const vote = record.ballot.rows[row];
    const top = vote.votes.length ? vote.votes.map((n, i) => [n, i]).filter(([n]) => n).sort((a, b) => b[0] - a[0]).map(([n, i]) => `${className(round, record.ballot.coverage[i].class)} ${number(n)}`).join(', ') : t('leaves.abstain');
    const weight = result.weights?.[row * voters.length + k];
    const turns = decision.flips?.includes(k);
    return [record.name || record.kid.slice(0, 8), top, number(vote.familiarity), weight === undefined ? '–' : percent(weight, 1), turns ? h('b.warn-text', t('why.turns')) : ''];
  });
  const scores = (decision.scores ?? []).map((value, i) => [className(round, i), value]).filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1]);
  const levels = ['cathode', 'family'].filter((level) => decision[level]).map((level) => `${t(`level.${level}`)}: ${decision[level].name} (${percent(decision[level].confidence)})`);
  return h('div.cell-detail', { 'data-test': 'why' },
    decision.alarm ? h('p.message.warn', t(`alarm.${decision.alarm}`)) : null,
    scores.length ? h('p', t('why.scores'), ' ', scores.slice(0, 5).map(([name, value]) => `${name} ${percent(value)}`).join(' · ')) : null,
    levels.length ? h('p', levels.join(' · ')) : null,
    plainTable({ test: 'why-votes', caption: t('why.caption', { n: rows.length }), head: [t('ballots.from'), t('why.votes'), t('leaves.familiarity'), t('why.weight'), ''], rows, numericFrom: 2 }));
}
