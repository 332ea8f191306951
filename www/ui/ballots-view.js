// Ballots that came back: opened with the recycler's key, checked, listed; who is missing.

import { h, fill } from './dom.js';
import { t, errorWords, number, date, percent } from './i18n.js';
import { dataTable, newView } from './table.js';
import { progressBar } from './shell.js';
import { call } from './bridge.js';
import { unwrapContentKey } from './keys.js';

const view = newView();

/**
 * The first half of opening a ballot: its content key, decrypted by WebCrypto where the key is
 * here. Everything else, and every judgement, is the core's.
 * @param {string} text @param {import('./keys.js').Identity|null} identity
 * @returns {Promise<Uint8Array|null>}
 */
export async function contentKey(text, identity) {
  if (!identity) return null;
  try {
    const outer = await call('ballot.outer', { file: text });
    return outer.kid === identity.publicKeys.encryption.kid ? await unwrapContentKey(identity, outer.encrypted_key) : null;
  } catch {
    return null; // the core will say what is wrong with it
  }
}

export const ballotsBar = (work, onCancel) => progressBar(t('ballots.opening', work), { ...work, onCancel, test: 'ballot-progress' });

/** @param {HTMLElement} host */
export function renderBallots(host, state, { identity, onRemove, onCancel }) {
  const { records, round, opened, ballotWork } = state;
  if (!round) { fill(host, h('p.muted', t('ballots.needs-round'))); return; }
  const counted = records.filter(({ status }) => status === 'accepted');
  const missing = round.roster.filter(({ kid }) => !counted.some((record) => record.kid === kid));
  const rejected = records.filter(({ status }) => status === 'rejected').length;
  fill(host,
    identity?.publicKeys.encryption.kid === opened.encryption_kid ? null : h('p.message.bad', { 'data-test': 'no-key' }, t('error.no-key')),
    ballotWork ? ballotsBar(ballotWork, onCancel) : null,
    h('p', { 'data-test': 'ballots-summary', 'data-counted': counted.length, 'data-rejected': rejected }, h('strong', t('ballots.counted', { n: counted.length })), ' ',
      counted.length < round.quorum ? t('ballots.below-quorum', { n: round.quorum - counted.length, quorum: round.quorum }) : t('ballots.quorum-met', { quorum: round.quorum }),
      rejected ? h('span.bad-text', ` ${t('ballots.rejected', { n: rejected })}`) : null),
    missing.length ? h('div.message.warn', { 'data-test': 'ballots-missing' }, h('strong', t('ballots.missing', { n: missing.length })), ' ', missing.map(({ name, kid }) => name || kid.slice(0, 8)).join(', ')) : null,
    records.length ? dataTable({
      test: 'ballots', caption: t('ballots.caption', { n: records.length }), rows: records, rowKey: (record) => record.id, view,
      onView: () => renderBallots(host, state, { identity, onRemove, onCancel }), rowClass: ({ status }) => (status === 'accepted' ? '' : 'has-problem'),
      columns: [
        { key: 'name', label: t('ballots.from'), header: true, sort: (record) => record.name, cell: (record) => record.name ?? h('span.faint', record.file) },
        { key: 'status', label: t('ballots.status'), sort: (record) => record.status, cell: (record) => h('span', { class: record.status === 'accepted' ? 'ok-text' : record.status === 'rejected' ? 'bad-text' : 'warn-text', 'data-status': record.status, 'data-code': record.reason?.code ?? '' }, t(`ballots.${record.status}-word`), record.reason ? `: ${errorWords(record.reason)}` : '') },
        { key: 'classes', label: t('ballots.classes'), cell: (record) => (record.coverage.length ? record.coverage.map(([index, batteries]) => `${round.catalogue.classes[index]?.name ?? '?'} ${number(batteries)}`).join(', ') : '–') },
        { key: 'familiarity', label: t('ballots.familiarity'), numeric: true, sort: (record) => record.familiar, cell: (record) => percent(record.familiar, 0) },
        { key: 'signed', label: t('ballots.signed'), sort: (record) => record.signed_at, cell: (record) => (record.signed_at ? date(record.signed_at) : '–') },
        { key: 'key', label: t('identity.kid'), cell: (record) => (record.kid ? [h('code', { title: record.kid }, record.kid.slice(0, 10)), record.key === 'changed' ? h('span.bad-text', { 'data-test': 'key-changed' }, ` ${t('ballots.key-changed')}`) : record.key === 'first' ? h('span.faint', ` ${t('ballots.key-first')}`) : null] : '–') },
        { key: 'remove', label: '', cell: (record) => h('button.small.quiet', { type: 'button', 'aria-label': t('ballots.remove', { name: record.name ?? record.file }), 'data-test': 'ballot-remove', onclick: () => onRemove(record) }, '×') },
      ],
    }) : null);
}
