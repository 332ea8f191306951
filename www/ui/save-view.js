// Sealing: signed with the collaborator's key (WebCrypto), encrypted to the recycler, saved.

import { h, fill, download, fileName } from './dom.js';
import { t, bytes, date } from './i18n.js';
import { call } from './bridge.js';
import { sign } from './keys.js';
import { errorBox } from './shell.js';

/**
 * Seals a ballot: the worker prepares what is to be signed and encrypts, the page's key signs.
 * @param {{payload: string}} cast
 * @param {string} roundFile
 * @param {import('./keys.js').Identity} identity
 * @returns {Promise<{ballot: string, receipt: string, fingerprint: string}>}
 */
export async function sealBallot(cast, roundFile, identity) {
  const ballot = { payload: cast.payload, name: identity.name, key: identity.publicKeys.signing, iat: Math.floor(Date.now() / 1000), round_file: roundFile };
  const signature = await sign(identity, await call('ballot.signing-input', ballot));
  return call('ballot.seal', { ...ballot, signature });
}

/** @param {HTMLElement} host */
export function renderSave(host, state, identity, { onSeal }) {
  const { cast, sealed, sealing, sealError } = state;
  const name = `${fileName(state.round?.name ?? 'round')}-${fileName(identity?.name ?? '')}`;
  fill(host,
    !cast ? h('p.muted', t('save.not-yet')) : !identity ? h('p.muted', t('save.no-identity'))
      : h('div.actions', h('button.primary', { type: 'button', 'data-test': 'seal', disabled: !!sealing || state.stale || !!state.training, onclick: onSeal }, t(sealing ? 'save.sealing' : sealed ? 'save.seal-again' : 'save.seal'))),
    cast && state.stale ? h('p.message.warn', t('train.stale')) : null,
    sealError ? errorBox(sealError, 'seal-error') : null,
    sealed ? h('div.message.ok', { 'data-test': 'sealed' },
      h('p', h('strong', t('save.done')), ' ', t('save.done-detail', { size: bytes(sealed.ballot.length), name: state.round.recycler.name })),
      h('dl.facts', h('div.wide', h('dt', t('save.fingerprint')), h('dd', h('code.wrap', { 'data-test': 'ballot-fingerprint' }, sealed.fingerprint)))),
      h('div.actions',
        h('button.primary', { type: 'button', 'data-test': 'save-ballot', onclick: () => download(`${name}.ballot.json`, sealed.ballot) }, t('save.ballot')),
        h('button', { type: 'button', 'data-test': 'save-receipt', onclick: () => download(`${name}.receipt.json`, sealed.receipt) }, t('save.receipt'))),
      h('p.muted', t('save.next'))) : null,
    state.answered ? h('p.message.warn', { 'data-test': 'answered-before' }, t('save.answered', { when: date(state.answered) })) : null);
}
