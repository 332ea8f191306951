// Ballots that came back: opened with the recycler's key, checked, listed; who is missing.

import { h, fill } from './dom.js';
import { t, words, number, date, percent } from './i18n.js';
import { dataTable, newView } from './table.js';
import { progressBar } from './shell.js';
import { call } from './bridge.js';
import { unwrapContentKey } from './keys.js';

const view = newView();

/**
 * Opens one ballot file: outer form, content key by WebCrypto, signature and binding.
 * @returns {Promise<any>} `{file, status: 'accepted'|'rejected', reason, name, kid, signed_at, fingerprint, ballot, text}`
 */
export async function openBallot(text, fileName, roundFile, identity, now) {
  const record = { file: fileName, text, size: text.length, status: 'rejected', reason: null, name: null, kid: null, signed_at: null, fingerprint: null, content_key: null };
  try {
    const outer = await call('ballot.read', { file: text });
    record.fingerprint = outer.fingerprint;
    if (!identity) throw Object.assign(new Error(), { code: 'no-key', params: {} });
    if (outer.kid !== identity.publicKeys.encryption.kid) throw Object.assign(new Error(), { code: 'other-recipient', params: {} });
    record.content_key = await unwrapContentKey(identity, outer.encrypted_key);
    Object.assign(record, await call('ballot.open', { file: text, content_key: record.content_key, round_file: roundFile, now }));
  } catch (error) {
    record.reason = { code: error.code ?? 'internal', params: error.params ?? { message: String(error?.message ?? error) } };
  }
  return record;
}

/** Orders revotes: the last valid ballot of a key counts, earlier ones are kept and listed. */
export function settle(records) {
  const last = new Map();
  for (const record of records) {
    if (record.status === 'rejected') continue;
    record.status = 'accepted';
    record.reason = null;
    const before = last.get(record.kid);
    if (!before) { last.set(record.kid, record); continue; }
    const [older, newer] = before.signed_at <= record.signed_at ? [before, record] : [record, before];
    older.status = 'superseded';
    older.reason = { code: older.fingerprint === newer.fingerprint ? 'duplicate' : 'superseded', params: {} };
    last.set(record.kid, newer);
  }
  return [...last.values()];
}

/** @param {HTMLElement} host */
export function renderBallots(host, state, { onRemove, onCancel }) {
  const { records, round, ballotWork } = state;
  if (!round) { fill(host, h('p.muted', t('ballots.needs-round'))); return; }
  const counted = records.filter(({ status }) => status === 'accepted');
  const missing = round.roster.filter(({ kid }) => !counted.some((record) => record.kid === kid));
  const rejected = records.filter(({ status }) => status === 'rejected').length;
  fill(host,
    ballotWork ? progressBar(t('ballots.opening', ballotWork), { ...ballotWork, onCancel, test: 'ballot-progress' }) : null,
    h('p', { 'data-test': 'ballots-summary', 'data-counted': counted.length, 'data-rejected': rejected }, h('strong', t('ballots.counted', { n: counted.length })), ' ',
      counted.length < round.quorum ? t('ballots.below-quorum', { n: round.quorum - counted.length, quorum: round.quorum }) : t('ballots.quorum-met', { quorum: round.quorum }),
      rejected ? h('span.bad-text', ` ${t('ballots.rejected', { n: rejected })}`) : null),
    missing.length ? h('div.message.warn', { 'data-test': 'ballots-missing' }, h('strong', t('ballots.missing', { n: missing.length })), ' ', missing.map(({ name, kid }) => name || kid.slice(0, 8)).join(', ')) : null,
    records.length ? dataTable({
      test: 'ballots', caption: t('ballots.caption', { n: records.length }), rows: records, rowKey: (record) => record.fingerprint ?? record.file, view,
      onView: () => renderBallots(host, state, { onRemove, onCancel }), rowClass: ({ status }) => (status === 'accepted' ? '' : 'has-problem'),
      columns: [
        { key: 'name', label: t('ballots.from'), header: true, sort: (record) => record.name, cell: (record) => record.name ?? h('span.faint', record.file) },
        { key: 'status', label: t('ballots.status'), sort: (record) => record.status, cell: (record) => h('span', { class: record.status === 'accepted' ? 'ok-text' : record.status === 'rejected' ? 'bad-text' : 'warn-text', 'data-status': record.status, 'data-code': record.reason?.code ?? '' }, t(`ballots.${record.status}-word`), record.reason ? `: ${words('error', record.reason)}` : '') },
        { key: 'classes', label: t('ballots.classes'), cell: (record) => (record.ballot ? record.ballot.coverage.map(({ class: index, batteries }) => `${round.catalogue.classes[index]?.name ?? '?'} ${number(batteries)}`).join(', ') : '–') },
        { key: 'familiarity', label: t('ballots.familiarity'), numeric: true, sort: (record) => familiar(record), cell: (record) => (record.ballot ? percent(familiar(record), 0) : '–') },
        { key: 'signed', label: t('ballots.signed'), sort: (record) => record.signed_at, cell: (record) => (record.signed_at ? date(record.signed_at) : '–') },
        { key: 'key', label: t('identity.kid'), cell: (record) => (record.kid ? h('code', { title: record.kid }, record.kid.slice(0, 10)) : '–') },
        { key: 'remove', label: '', cell: (record) => h('button.small.quiet', { type: 'button', 'aria-label': t('ballots.remove', { name: record.name ?? record.file }), 'data-test': 'ballot-remove', onclick: () => onRemove(record) }, '×') },
      ],
    }) : null);
}

/** Share of the batteries that a voter finds familiar (level 8 of 15 or more). */
function familiar({ ballot }) {
  if (!ballot?.rows.length) return null;
  return ballot.rows.filter((row) => row.familiarity >= 8).length / ballot.rows.length;
}
