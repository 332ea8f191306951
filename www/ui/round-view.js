// A round in words: what it asks, of whom, until when, and what was checked.

import { h } from './dom.js';
import { t, number, date, fromNow, words } from './i18n.js';
import { fingerprintWords } from './identity-view.js';

/** What a collaborator should know before answering, as `{code, level, params}`. */
export function checksForCollaborator({ round, is_open, concerns = [] }, identity, memory = null) {
  const { quorum, roster } = round;
  const member = identity && roster.some(({ kid }) => kid === identity.kid);
  return [
    { code: 'signature', level: 'ok' },
    ...memoryChecks(memory, round),
    is_open ? { code: 'open-now', level: 'ok' } : { code: 'expired', level: 'bad' },
    quorum >= 5 ? { code: 'quorum', level: 'ok', params: { quorum } } : { code: 'low-quorum', level: 'warn', params: { quorum } },
    ...concernChecks(concerns),
    roster.length === 0 ? { code: 'roster-open', level: 'ok' } : member ? { code: 'roster-member', level: 'ok' } : { code: 'roster-unknown', level: 'warn' },
  ];
}

/** What this browser remembers of the recycler and of the round. */
function memoryChecks(memory, round) {
  if (!memory) return [];
  const { key, record } = memory;
  const params = { name: round.recycler.name, when: key.since ? date(key.since) : '' };
  const level = { first: 'warn', known: 'ok', changed: 'bad' }[key.state];
  return [
    { code: `recycler-${key.state}`, level, params },
    ...(record?.kind === 'refused' ? [{ code: 'refused-before', level: 'warn', params: { when: date(record.when) } }] : []),
  ];
}

/** What the screening of the query found; nothing found is said as well. */
export const concernChecks = (concerns) => (concerns.length
  ? concerns.map(({ code, count, first }) => ({ code, level: 'warn', params: { n: count, first: first.slice(0, 5).join(', ') } }))
  : [{ code: 'screen-clean', level: 'ok' }]);

/** What a recycler should know about a round file. */
export function checksForRecycler({ kid, encryption_kid: encryptionKid, is_open }, identity) {
  const mine = identity?.kid === kid && identity.publicKeys.encryption.kid === encryptionKid;
  return [
    { code: 'signature', level: 'ok' },
    mine ? { code: 'mine', level: 'ok' } : { code: 'not-mine', level: 'bad' },
    is_open ? { code: 'open-now', level: 'ok' } : { code: 'closed', level: 'warn' },
  ];
}

/**
 * @param {any} opened what the worker made of a round file: `{round, words, kid, hash, is_open}`
 * @param {{simulated?: boolean, actions?: any, checks?: any[]}} [options]
 */
export function roundCard(opened, { simulated = false, actions = null, checks = [] } = {}) {
  const { round, words: fingerprint = [] } = opened;
  const soon = round.deadline ? `${date(round.deadline)} (${fromNow(round.deadline)})` : t('round.no-deadline');
  const schema = t(`schema.${round.query.schema}`);
  return h('div.card', { 'data-test': 'round-card' },
    simulated ? h('p.message.simulated', t('simulated.round')) : null,
    h('dl.facts',
      fact('round.name', h('strong', { 'data-test': 'round-name' }, round.name)),
      fact('round.recycler', round.recycler.name),
      fact('round.words', fingerprintWords(fingerprint), t('round.words-help')),
      fact('round.deadline', soon),
      fact('round.batteries', number(round.query.batteries.length)),
      fact('round.asks', t(round.asks_soh ? 'round.asks-both' : 'round.asks-class', { schema: schema.startsWith('schema.') ? round.query.schema : schema })),
      fact('round.quorum', t('round.quorum-value', { n: round.quorum })),
      fact('round.roster', round.roster.length ? t('round.roster-value', { n: round.roster.length }) : t('round.roster-open')),
      h('div.wide', h('dt', t('round.classes', { n: round.catalogue.classes.length })), h('dd', h('ul.chips', { 'data-test': 'round-classes' }, round.catalogue.classes.map(({ name }) => h('li', name)))))),
    checks.length ? h('ul.checks', { 'data-test': 'round-checks' }, checks.map((check) => h('li', { class: check.level === 'ok' ? '' : check.level, 'data-code': check.code }, words('check', check)))) : null,
    h('details', h('summary', t('round.technical')),
      h('dl.facts',
        fact('round.hash', h('code.wrap', opened.hash ?? '–')), fact('round.created', date(round.created)), fact('round.software', round.software),
        fact('round.trees', number(round.n_trees)), fact('identity.kid', h('code.wrap', opened.kid ?? '–')),
        ...Object.entries(round.protocol).map(([name, value]) => h('div', h('dt', h('code', name)), h('dd', typeof value === 'number' ? number(value) : String(value)))))),
    actions ? h('div.actions', actions) : null);
}

function fact(key, value, help = null) {
  return h('div', h('dt', t(key)), h('dd', value, help ? h('small', h('br'), help) : null));
}
