// "What leaves this machine": the ballot in clear, read from the very bytes that will be signed.

import { h, fill, download } from './dom.js';
import { t, number, bytes, percent, words } from './i18n.js';
import { dataTable, newView, plainTable } from './table.js';
import { concernChecks } from './round-view.js';

const votesView = newView();

/** @param {HTMLElement} host */
export function renderLeaves(host, state, fleet) {
  const { cast, round } = state;
  if (!cast) { fill(host, h('p.muted', t('leaves.not-yet'))); return; }
  const { ballot, payload } = cast;
  const held = ballot.coverage.map(({ class: index }) => round.catalogue.classes[index].name);
  fill(host, h('div', { 'data-test': 'leaves' },
    sizes(payload.length, fleet.rawBytes() || cast.rawBytes), h('h3', t('leaves.fields')), fieldTable(ballot, round, held),
    h('h3', t('leaves.votes')), votesTable(ballot, round, held, () => renderLeaves(host, state, fleet)),
    privacyLabel(cast, ballot, round),
    h('details', { 'data-test': 'leaves-raw' }, h('summary', t('leaves.raw')), h('p', t('leaves.raw-help')),
      h('button.small', { type: 'button', 'data-test': 'leaves-download', onclick: () => download('ballot-in-clear.json', payload) }, t('leaves.raw-save')))));
  host.firstChild.classList.add('leaves');
}

function sizes(ballotBytes, rawBytes) {
  const row = (label, n, test) => h('div.row', h('span', label), h('meter', { min: 0, max: Math.max(rawBytes, ballotBytes), value: n, 'aria-hidden': 'true' }), h('b.number', { 'data-test': test }, bytes(n)));
  return h('div.size-bars', { 'data-test': 'sizes' },
    row(t('leaves.stays'), rawBytes, 'size-raw'), row(t('leaves.goes'), ballotBytes, 'size-ballot'),
    h('p.muted', rawBytes > ballotBytes ? t('leaves.share', { share: percent(ballotBytes / rawBytes, 2) }) : t('leaves.share-large')));
}

function fieldTable(ballot, round, held) {
  const n = ballot.rows.length;
  const short = (text) => h('code', { title: text }, `${text.slice(0, 12)}…`);
  const ten = (value) => number(value / 10_000, 4);
  const fields = [
    ['format', h('code', ballot.format)], ['round', short(ballot.round)], ['query', short(ballot.query)], ['roster', short(ballot.roster)],
    ['recipient', short(ballot.recipient)], ['software', ballot.software], ['n_trees', number(ballot.n_trees)],
    ['coverage', ballot.coverage.map(({ batteries }, i) => `${held[i]}: ${number(batteries)}`).join(', ')],
    ['n_training_rows', number(ballot.n_training_rows)], ['nsr', `${number(ballot.nsr / 1000)} %`],
    ['distance', ballot.distance.map(ten).join(' / ')],
    ...(ballot.epsilon !== undefined && ballot.epsilon !== null ? [['epsilon', number(ballot.epsilon / 1000)]] : []),
    ['rows', t('leaves.rows-value', { n, held: held.length })],
  ];
  return plainTable({
    test: 'leaves-fields', caption: t('leaves.fields-caption', { n: fields.length }), head: [t('leaves.field'), t('leaves.value'), t('leaves.meaning')], numericFrom: 9,
    rows: fields.map(([name, value]) => [h('code', name), value, t(`ballot.${name}`, { round: round.name })]),
  });
}

function votesTable(ballot, round, held, again) {
  const rows = ballot.rows.map((row, i) => ({ ...row, battery: round.query.batteries[i] }));
  const hasSoh = rows.some((row) => row.soh);
  return dataTable({
    test: 'leaves-votes', caption: t('leaves.votes-caption', { n: rows.length, trees: ballot.n_trees }), rows, rowKey: (row) => row.battery, pageSize: 50, view: votesView, onView: again,
    columns: [
      { key: 'battery', label: t('decision.battery'), header: true, sort: (row) => row.battery, cell: (row) => row.battery },
      ...held.map((name, i) => ({ key: `v${i}`, label: name, numeric: true, sort: (row) => row.votes[i] ?? -1, cell: (row) => (row.votes.length ? (row.votes[i] ? h('b', number(row.votes[i])) : h('span.faint', '0')) : h('span.faint', t('leaves.abstain'))) })),
      { key: 'familiarity', label: t('leaves.familiarity'), numeric: true, sort: (row) => row.familiarity, cell: (row) => number(row.familiarity) },
      { key: 'evidence', label: t('leaves.evidence'), class: 'number', cell: (row) => row.evidence.map((level) => number(level)).join(' · ') },
      ...(hasSoh ? [{ key: 'soh', label: t('cell.soh'), numeric: true, cell: (row) => (row.soh ? `${number(row.soh.permille / 10)} ± ${number(row.soh.half_width / 10)} %` : '–') }] : []),
    ],
  });
}

/** Computed from the ballot, not claimed. */
function privacyLabel({ label, audit, concerns = [] }, ballot, round) {
  const n = ballot.rows.length;
  const votes = label.vote_bits + label.familiarity_bits + label.evidence_bits;
  const n_soh = ballot.rows.filter(({ soh }) => soh).length;
  const soh = n_soh ? (label.total_bits - n * votes) / n_soh : 0;
  return h('div.card', { 'data-test': 'privacy-label' }, h('h3', t('privacy.title')),
    h('dl.facts',
      item('privacy.readers', t('privacy.readers-value', { name: round.recycler.name })),
      item('privacy.labels', t('privacy.labels-value', { n: label.labels_released })),
      item('privacy.bits', t('privacy.bits-value', { n: Math.ceil(label.total_bits), each: number(votes + soh, 1) })),
      item('privacy.parts', t('privacy.parts-value', { votes: number(label.vote_bits, 1), familiarity: number(label.familiarity_bits, 1), evidence: number(label.evidence_bits, 1), soh: number(soh, 1) })),
      item('privacy.nsr', t(ballot.nsr ? 'privacy.nsr-on' : 'privacy.nsr-off', { nsr: `${number(ballot.nsr / 1000)} %` })),
      item('privacy.epsilon', label.epsilon ? t('privacy.epsilon-on', { each: number(label.epsilon), all: number(label.epsilon_total, 1) }) : t('privacy.epsilon-off')),
      item('privacy.audit', audit ? t(Math.abs(audit.combined - 0.5) > 0.1 ? 'privacy.audit-tells' : 'privacy.audit-guess', { auc: number(audit.combined, 2), n: audit.n_judged }) : t('privacy.audit-off')),
      item('privacy.stays', t('privacy.stays-value'))),
    concerns.length ? h('ul.checks', { 'data-test': 'concerns' }, concernChecks(concerns).map((check) => h('li', { class: check.level, 'data-code': check.code }, words('check', check)))) : null);
}

const item = (key, value) => h('div', h('dt', t(key)), h('dd', value));
