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
      h('label.button.small', h('span', t(state.truth ? 'decide.truth-again' : 'decide.truth')), h('input.hidden', { type: 'file', accept: '.csv', 'data-test': 'truth-file', onchange: (event) => actions.onTruth(event.target.files[0]) }))),
    h('p.muted', t(`rule.${rule}.help`)),
    physicsSwitch(state, actions),
    deciding ? progressBar(t('decide.busy'), { test: 'decide-progress' }) : null,
    decideError ? errorBox(decideError, 'decide-error') : null,
    result ? [summary(state), decisionTable(host, state, actions), truthPanel(state), state.compared ? comparison(state, actions) : null, voterTable(state)] : null);
}

export const physicsBar = (work) => progressBar(t('physics.busy'), { ...work, test: 'physics-progress' });

/** The physics voter: off until asked for, and always called what it is. */
function physicsSwitch({ physics }, { onPhysics }) {
  return h('div', { 'data-test': 'physics' },
    h('label.check', h('input', { type: 'checkbox', 'data-test': 'physics-on', checked: physics.isOn, disabled: !!physics.work || (!physics.isOn && !physics.nReadable), onchange: (event) => onPhysics(event.target.checked) }), ' ', t('physics.join'), ' ', h('span.badge.simulated', t('physics.badge'))),
    h('p.muted', physics.nAnswered === null ? t(physics.nReadable ? 'physics.help' : 'physics.no-files') : t('physics.joined', { n: physics.nAnswered })),
    physics.work ? physicsBar(physics.work) : null,
    physics.error ? errorBox(physics.error, 'physics-error') : null);
}

const FAMILY = { LFP: 'LFP', NMC: 'nickel-rich', NCA: 'nickel-rich', LCO: 'cobalt-rich', BLEND: 'cobalt-rich', LMO: 'LMO' };
/** What a class is called at each level; a class of unknown cathode stands for itself. */
const NAMED = { class: ({ name }) => name, cathode: ({ name, cathode }) => cathode ?? name, family: ({ name, cathode }) => FAMILY[cathode] ?? name };
const answerName = (level, answer) => (level === 'family' && answer.endsWith('-rich') ? t(`family.${answer}`) : answer);

/** Class, cathode and family with their probabilities; the finest that passed is marked. */
function levelTable(decision, round) {
  const rows = Object.entries(NAMED).map(([level, nameOf]) => {
    const sums = new Map();
    decision.probabilities.forEach((value, i) => { const name = nameOf(round.catalogue.classes[i]); sums.set(name, (sums.get(name) ?? 0) + value); });
    const [[name, best], second] = [...sums].sort((a, b) => b[1] - a[1]);
    const isAnswer = decision.level === level && ['decided', 'coarse'].includes(decision.status);
    return [t(`level.${level}`), isAnswer ? h('b', answerName(level, name)) : answerName(level, name), percent(best), percent(best - (second?.[1] ?? 0)), isAnswer ? t('why.stands') : ''];
  });
  return plainTable({ test: 'why-levels', caption: t('why.levels'), head: [t('why.level'), t('why.answer'), t('decision.confidence'), t('decision.margin'), ''], rows, numericFrom: 2 });
}

/** Whether NMC and NCA compete for a battery: from one cycle nobody can tell them apart. */
function isNickelOpen({ probabilities, level, answer }, round) {
  const of = (cathode) => probabilities.reduce((sum, value, i) => sum + (round.catalogue.classes[i].cathode === cathode ? value : 0), 0);
  return (level === 'family' && answer === 'nickel-rich') || Math.min(of('NMC'), of('NCA')) >= 0.1;
}

const className = (round, index) => (index === null || index === undefined ? t('decision.none') : round.catalogue.classes[index]?.name ?? '?');

function summary({ result, round }) {
  const decided = result.decisions.filter(({ status }) => status === 'decided');
  const perClass = round.catalogue.classes.map((one, index) => ({ name: one.name, n: decided.filter((decision) => decision.class === index).length })).filter(({ n }) => n);
  const count = (status) => result.decisions.filter((decision) => decision.status === status).length;
  const [coarse, unknown] = [count('coarse'), count('unknown')];
  const lab = result.decisions.length - decided.length - coarse;
  const uncovered = result.uncovered.map((index) => className(round, index)).join(', ');
  const mean = decided.reduce((sum, { confidence }) => sum + confidence, 0) / (decided.length || 1);
  return [
    h('ul.tiles', { 'data-test': 'decide-tiles' },
      tile(number(decided.length), t('decide.decided'), 'n-decided'), tile(number(lab), t('decide.lab'), 'n-undecided'),
      coarse ? tile(number(coarse), t('decision.coarse'), 'n-coarse') : null,
      tile(percent(mean), t('decide.mean-confidence')), tile(number(result.n_ballots), t('decide.ballots'))),
    h('ul.chips', { 'aria-label': t('decide.per-class') }, perClass.map(({ name, n }) => h('li', name, ' ', h('b', number(n))))),
    unknown ? h('p.message.warn', { 'data-test': 'alarm-unknown' }, t('alarm.unknown', { n: unknown })) : null,
    uncovered ? h('p.message.warn', { 'data-test': 'uncovered' }, t('decide.uncovered', { classes: uncovered })) : null,
  ];
}

const tile = (value, label, test = null) => h('li', { 'data-test': test }, h('b', value), h('span', label));

/** Rules side by side: how often each agrees with the chosen one, and its accuracy if known. */
function comparison({ compared, round, truth, rule }, { onRule }) {
  const { rules, classes, agreement } = compared;
  const chosen = rules.indexOf(rule);
  const rows = rules.map((name, i) => {
    const decisions = classes[i].map((index, battery) => ({ name: round.query.batteries[battery], class: index }));
    return [i === chosen ? h('strong', t(`rule.${name}`)) : h('button.small.quiet', { type: 'button', onclick: () => onRule(name) }, t(`rule.${name}`)),
      percent(agreement[chosen]?.[i]), ...(truth ? [percent(scoreOf(decisions, truth, round).accuracy)] : [])];
  });
  return plainTable({ test: 'comparison', caption: t('decide.compare-caption', { rule: t(`rule.${rule}`) }), head: [t('decide.rule'), t('decide.agreement'), ...(truth ? [t('decide.accuracy')] : [])], rows });
}

/** Accuracy and confusion over the batteries of known class; controls are left out. */
export function scoreOf(decisions, truth, round) {
  const names = round.catalogue.classes.map(({ name }) => name);
  const counts = names.map(() => names.map(() => 0));
  let n = 0, hit = 0;
  for (const decision of decisions) {
    const actual = truth.get(decision.name);
    if (actual === undefined || decision.is_control) continue;
    n += 1;
    counts[actual][decision.class] += 1;
    if (actual === decision.class) hit += 1;
  }
  return { accuracy: n ? hit / n : Number.NaN, n, counts, names };
}

/** How each collaborator did: agreement, controls, what was set aside and why. */
function voterTable({ result, round }) {
  const names = (list) => list.map((index) => className(round, index)).join(', ');
  const rows = result.voters.map((voter) => [voter.name || voter.kid.slice(0, 8), names(voter.held), number(voter.n_batteries), percent(voter.agreement, 0), percent(voter.control_accuracy, 0), number(voter.n_decisive),
    [voter.copy_of === null || voter.copy_of === undefined ? '' : t('voters.copy', { name: result.voters[voter.copy_of]?.name ?? '?' }), voter.set_aside.length ? t('voters.set-aside', { classes: names(voter.set_aside) }) : ''].filter(Boolean).join(' ')]);
  return h('details', { 'data-test': 'voters-panel' }, h('summary', t('voters.title')),
    plainTable({ test: 'voters', caption: t('voters.caption'), head: [t('ballots.from'), t('ballots.classes'), t('voters.batteries'), t('voters.agreement'), t('voters.controls'), t('voters.decisive'), t('voters.note')], rows, numericFrom: 2 }));
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
  const statuses = ['all', 'decided', ...new Set(result.decisions.map(({ status }) => status).filter((status) => status !== 'decided')), ...(truth ? ['wrong'] : [])];
  if (!statuses.includes(filter.status)) filter.status = 'all';
  const wanted = filter.text.toLowerCase();
  const rows = result.decisions.filter((decision) => (!wanted || decision.name.toLowerCase().includes(wanted))
    && (filter.class === '' || String(decision.class) === filter.class)
    && (filter.status === 'all' || (filter.status === 'wrong' ? truth?.has(decision.name) && truth.get(decision.name) !== decision.class : decision.status === filter.status)));
  const set = (name) => (event) => { filter[name] = event.target.value; view.page = 0; again(); };
  return h('div',
    h('div.toolbar',
      h('label.grow', h('span', t('decide.find')), h('input', { type: 'search', value: filter.text, 'data-test': 'decisions-filter', oninput: set('text') })),
      h('label', h('span', t('decision.class')), h('select', { 'data-test': 'decisions-class', onchange: set('class') }, h('option', { value: '' }, t('decide.any')), round.catalogue.classes.map(({ name }, i) => h('option', { value: i, selected: filter.class === String(i) }, name)))),
      h('label', h('span', t('decision.status')), h('select', { 'data-test': 'decisions-status', onchange: set('status') }, statuses.map((status) => h('option', { value: status, selected: status === filter.status }, t(`decision.${status}`)))))),
    dataTable({
      test: 'decisions', caption: t('decide.caption', { n: rows.length }), rows, rowKey: (decision) => decision.name, view, onView: again,
      rowClass: (decision) => (decision.status === 'decided' ? '' : 'has-problem'), expand: (decision) => why(decision, state, actions),
      columns: [
        { key: 'battery', label: t('decision.battery'), header: true, sort: (d) => d.name, cell: (d) => [d.name, d.is_control ? h('span.badge', t('decision.control')) : null] },
        { key: 'class', label: t('decision.class'), sort: (d) => className(round, d.class), cell: (d) => (d.status === 'coarse' ? [h('b', answerName(d.level, d.answer)), ' ', h('small', t(`level.${d.level}`))] : h('b', className(round, d.class))) },
        { key: 'confidence', label: t('decision.confidence'), numeric: true, sort: (d) => d.confidence, cell: (d) => percent(d.confidence) },
        { key: 'margin', label: t('decision.margin'), numeric: true, sort: (d) => d.margin, cell: (d) => percent(d.margin) },
        ...(result.decisions.some(({ soh }) => soh) ? [{ key: 'soh', label: t('cell.soh'), numeric: true, sort: (d) => d.soh?.soh, cell: (d) => (d.soh ? [`${number(100 * d.soh.soh, 1)} ± ${number(100 * d.soh.half_width, 1)} %`, d.soh.outside ? [' ', h('span.warn-text', t('decision.outside'))] : null] : '–') }] : []),
        { key: 'status', label: t('decision.status'), sort: (d) => d.status, cell: (d) => h('span', { class: d.status === 'decided' ? 'ok-text' : 'warn-text', 'data-status': d.status }, t(`decision.${d.status}`)) },
        ...(truth ? [{ key: 'truth', label: t('decision.truth'), sort: (d) => truth.get(d.name) ?? -1, cell: (d) => (truth.has(d.name) ? h('span', { class: truth.get(d.name) === d.class ? '' : 'bad-text' }, className(round, truth.get(d.name))) : '–') }] : []),
      ],
    }));
}

/** Who voted what, with which weight, and whether one voter alone turns it. */
function why(decision, state, { onWhy }) {
  const { round, result } = state;
  const probabilities = decision.probabilities.map((value, i) => [className(round, i), value]).filter(([, value]) => value >= 0.005).sort((a, b) => b[1] - a[1]);
  const voters = h('div', h('p', t('why.asking')));
  onWhy(decision.battery).then((reasons) => fill(voters, reasonTable(decision, reasons, result, round)), (error) => fill(voters, errorBox(error)));
  return h('div.cell-detail', { 'data-test': 'why' },
    decision.status === 'unknown' ? h('p.message.warn', t('alarm.unfamiliar')) : null,
    h('p', t('why.probabilities'), ' ', probabilities.slice(0, 5).map(([name, value]) => `${name} ${percent(value)}`).join(' · ')),
    levelTable(decision, round),
    isNickelOpen(decision, round) ? h('p.message', { 'data-test': 'why-nickel' }, t('why.nickel')) : null,
    h('p', { 'data-test': 'why-decisive' }, decision.decisive.length ? t('why.decisive', { names: decision.decisive.map((index) => result.voters[index]?.name ?? '?').join(', ') }) : t('why.no-decisive')),
    voters);
}

function reasonTable(decision, reasons, result, round) {
  const rows = reasons.map((reason, k) => [reason.name || result.voters[k]?.kid.slice(0, 8),
    [...reason.votes].filter(([, n]) => n).sort((a, b) => b[1] - a[1]).map(([index, n]) => `${className(round, index)} ${number(n)}`).join(', ') || t('leaves.abstain'),
    reason.evidence.filter(([, level]) => level).sort((a, b) => b[1] - a[1]).slice(0, 2).map(([index, level]) => `${className(round, index)} ${number(level)}`).join(', '),
    number(reason.familiarity), percent(reason.weight, 1),
    [decision.decisive.includes(k) ? t('why.turns') : '', reason.silenced.length ? t('voters.set-aside', { classes: reason.silenced.map((index) => className(round, index)).join(', ') }) : ''].filter(Boolean).join(' ')]);
  return plainTable({ test: 'why-votes', caption: t('why.caption', { n: rows.length }), head: [t('ballots.from'), t('why.votes'), t('leaves.evidence'), t('leaves.familiarity'), t('why.weight'), t('voters.note')], rows, numericFrom: 3 });
}
