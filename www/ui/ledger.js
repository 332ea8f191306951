// What this browser remembers of others: keys it has seen, and what was answered from the same
// batteries, added up. It never leaves the machine.

import { h, fill } from './dom.js';
import { t, number, date } from './i18n.js';
import { plainTable } from './table.js';
import { all, load, save } from './store.js';

const now = () => Math.floor(Date.now() / 1000);
const slot = (role, name) => `key:${role}:${name.trim().toLowerCase()}`;

/**
 * Whether a name comes with the key it came with before (trust on first use).
 * @returns {Promise<{state: 'first'|'known'|'changed', since: number|null}>}
 */
export async function keySeen(role, name, kid) {
  const pin = await load('ledger', slot(role, name)).catch(() => null);
  if (!pin) return { state: 'first', since: null };
  return { state: pin.kid === kid ? 'known' : 'changed', since: pin.since };
}

/** Remembers the key of a name; storage that fails must not disturb the work. */
export const keepKey = (role, name, kid) => save('ledger', slot(role, name), { kind: 'key', kid, since: now() }).catch(() => {});

/** What was answered or refused in a round, if anything. */
export const roundRecord = (hash) => load('ledger', hash).catch(() => null);

/** Notes a refusal. */
export const recordRefusal = (hash, round) => save('ledger', hash, { kind: 'refused', when: now(), round: round.name, recycler: round.recycler.name }).catch(() => {});

/**
 * Notes an answer. Sealing the same votes again discloses nothing new; other votes in the same
 * round add up.
 * @param {string} hash of the round @param {any} round
 * @param {{payload: string, ballot: any, label: any}} cast @param {string[]} cells batteries behind it
 */
export async function recordAnswer(hash, round, cast, cells) {
  const before = await roundRecord(hash);
  const { label, ballot } = cast;
  const n = ballot.rows.length;
  const disclosed = {
    labels: label.labels_released, familiarity: n * label.familiarity_bits, evidence: n * label.evidence_bits,
    bits: label.total_bits, epsilon: label.epsilon_total ?? null,
  };
  const answers = before?.kind === 'answer' ? before.answers : [];
  if (answers.at(-1)?.payload !== cast.payload) answers.push({ payload: cast.payload, ...disclosed });
  await save('ledger', hash, { kind: 'answer', when: now(), round: round.name, recycler: round.recycler.name, cells, answers }).catch(() => {});
}

/** Answers given with any of these batteries, added up; epsilon is null where one is unbounded. */
export async function disclosed(cells) {
  const own = new Set(cells);
  const records = (await all('ledger').catch(() => [])).filter(({ kind, cells: used }) => kind === 'answer' && used.some((cell) => own.has(cell)));
  const answers = records.flatMap(({ answers: list }) => list);
  const sum = (name) => answers.reduce((total, answer) => total + answer[name], 0);
  return {
    records, n: answers.length, labels: sum('labels'), familiarity: sum('familiarity'), evidence: sum('evidence'), bits: sum('bits'),
    epsilon: answers.every(({ epsilon }) => epsilon !== null) ? sum('epsilon') : null,
  };
}

/** The ledger in words and as a table, below the save button. */
export async function renderLedger(host, cells) {
  const { records, n, labels, familiarity, evidence, bits, epsilon } = await disclosed(cells);
  if (!records.length) { fill(host); return; }
  const per = (record, name) => record.answers.reduce((total, answer) => total + answer[name], 0);
  fill(host, h('details', { 'data-test': 'ledger', 'data-labels': labels, 'data-rounds': records.length, 'data-epsilon': epsilon ?? '' },
    h('summary', t('ledger.title', { n: records.length, labels })),
    h('p', t(epsilon === null ? 'ledger.unbounded' : 'ledger.bounded', { n, labels, bits: number(Math.ceil(bits)), familiarity: number(Math.ceil(familiarity)), evidence: number(Math.ceil(evidence)), epsilon: epsilon === null ? '' : number(epsilon, 1) })),
    plainTable({
      test: 'ledger-rounds', caption: t('ledger.caption'), numericFrom: 3,
      head: [t('round.name'), t('round.recycler'), t('ledger.when'), t('ledger.labels'), t('ledger.bits'), 'ε'],
      rows: records.map((record) => [record.round, record.recycler, date(record.when), number(per(record, 'labels')), number(Math.ceil(per(record, 'bits'))), record.answers.every((answer) => answer.epsilon !== null) ? number(per(record, 'epsilon'), 1) : '–']),
    })));
}
