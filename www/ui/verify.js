// The receipt check: receipt, board and round against each other, without anybody's help.

import { h, byId, fill } from './dom.js';
import { t, words, date } from './i18n.js';
import { startShell, announce, errorBox } from './shell.js';
import { acceptFiles, refuseStrayDrops } from './intake.js';
import { startSelfTest } from './selftest.js';
import { call } from './bridge.js';

const files = { receipt: null, board: null, round: null };
let outcome = null;
let error = null;

/** Which of the three a file is, by its contents. */
function kindOf(text) {
  let parsed;
  try { parsed = JSON.parse(text); } catch { return null; }
  if (String(parsed.format ?? '').startsWith('voltvote-receipt')) return 'receipt';
  let header = '';
  try { header = atob(String(parsed.protected ?? '').replaceAll('-', '+').replaceAll('_', '/')); } catch { return null; }
  if (header.includes('voltvote-board')) return 'board';
  return header.includes('voltvote-round') ? 'round' : null;
}

async function take(entries) {
  error = null;
  for (const { file, path } of entries) {
    const text = await file.text();
    const kind = kindOf(text);
    if (kind) files[kind] = { name: path, text };
    else error = { code: 'unknown-kind', params: { file: path } };
  }
  outcome = null;
  if (files.receipt && files.board && files.round) {
    try {
      outcome = await call('verify', { receipt: files.receipt.text, board: files.board.text, round_file: files.round.text });
      announce(t(`verify.${outcome.status}`));
    } catch (failure) {
      error = failure;
    }
  }
  render();
}

function render() {
  fill(byId('verify-result'),
    h('ul.checks', ['receipt', 'board', 'round'].map((kind) => h('li', { class: files[kind] ? '' : 'warn', 'data-test': `have-${kind}` }, t(`verify.${kind}`), ': ', files[kind]?.name ?? t('verify.missing')))),
    error ? errorBox(error, 'verify-error') : null,
    outcome ? h('div.message', { class: outcome.status === 'accepted' ? 'ok' : 'bad', 'data-test': 'verify-outcome', 'data-status': outcome.status },
      h('p', h('strong', t(`verify.${outcome.status}`)), outcome.code ? ` ${words('error', { code: outcome.code })}` : ''),
      outcome.signed_at ? h('p', t('verify.signed', { when: date(outcome.signed_at) })) : null,
      h('p.muted', t('verify.means'))) : null);
}

startShell(render);
refuseStrayDrops();
acceptFiles(byId('verify-drop'), take);
startSelfTest();
document.documentElement.dataset.usable = 'true';
