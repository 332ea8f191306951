// The receipt check: receipt, board and round against each other, without anybody's help.

import { h, byId, fill } from './dom.js';
import { t, words, date } from './i18n.js';
import { startShell, announce, errorBox } from './shell.js';
import { oneByOne } from './timing.js';
import { acceptFiles, refuseStrayDrops, wholeText } from './intake.js';
import { startSelfTest } from './selftest.js';
import { call, warmUp } from './bridge.js';

const files = { receipt: null, board: null, round: null, result: null };
/** Ballot files by name: their fingerprints. */
const ballots = new Map();
let outcome = null;
let error = null;

/** What a file is, by its contents. */
function kindOf(text) {
  let parsed;
  try { parsed = JSON.parse(text); } catch { return text.startsWith('battery,') ? 'result' : null; }
  if (String(parsed.format ?? '').startsWith('voltvote-receipt')) return 'receipt';
  let header = '';
  try { header = atob(String(parsed.protected ?? '').replaceAll('-', '+').replaceAll('_', '/')); } catch { return null; }
  if (header.includes('voltvote-board')) return 'board';
  if (header.includes('voltvote-ballot')) return 'ballot';
  return header.includes('voltvote-round') ? 'round' : null;
}

const sha256 = async (text) => [...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

async function take(entries) {
  error = null;
  for (const { file, path } of entries) {
    const text = await wholeText(file).catch((failure) => { error = failure; return null; });
    if (text === null) continue;
    const kind = kindOf(text);
    if (kind === 'ballot') ballots.set(path, await sha256(text));
    else if (kind) files[kind] = { name: path, text };
    else error = { code: 'unknown-kind', params: { file: path } };
  }
  outcome = null;
  if (files.board && files.round && (files.receipt || files.result || ballots.size)) {
    try {
      outcome = await call('verify', { receipt: files.receipt?.text ?? null, result: files.result?.text ?? null, board: files.board.text, round_file: files.round.text, ballots: [...ballots.values()] });
      announce([outcome.standing ? t(`verify.${outcome.standing.status}`) : '', ...findings().map(([text]) => text)].join(' '));
    } catch (failure) {
      error = failure;
    }
  }
  render();
}

/** What the board says about the result and the ballots: sentence, and whether it is good. */
function findings() {
  const { rule, n_counted: counted, not_counted: foreign, n_missing: missing } = outcome;
  const names = [...ballots.keys()];
  return [
    ...(rule ? [[t('verify.result-listed', { rule, n: counted }), true]] : []),
    ...foreign.map((i) => [t('verify.ballot-foreign', { file: names[i] }), false]),
    ...(ballots.size && !foreign.length ? [missing ? [t('verify.ballots-missing', { n: missing }), false] : [t('verify.ballots-complete', { n: counted }), true]] : []),
  ];
}

function render() {
  fill(byId('verify-result'),
    h('ul.checks', ['receipt', 'board', 'round', 'result'].map((kind) => h('li', { class: files[kind] ? '' : 'warn', 'data-test': `have-${kind}` }, t(`verify.${kind}`), ': ', files[kind]?.name ?? t('verify.missing')))),
    error ? errorBox(error, 'verify-error') : null,
    outcome?.standing ? h('div.message', { class: outcome.standing.status === 'accepted' ? 'ok' : 'bad', 'data-test': 'verify-outcome', 'data-status': outcome.standing.status },
      h('p', h('strong', t(`verify.${outcome.standing.status}`)), outcome.standing.code ? ` ${words('error', { code: outcome.standing.code })}` : ''),
      h('p', t('verify.signed', { when: date(outcome.standing.signed_at) })),
      h('p.muted', t('verify.means'))) : null,
    outcome ? findings().map(([text, isGood]) => h('p.message', { class: isGood ? 'ok' : 'bad', 'data-test': 'verify-finding', 'data-good': String(isGood) }, text)) : null);
}

startShell(render);
refuseStrayDrops();
const inTurn = oneByOne();
acceptFiles(byId('verify-drop'), (entries) => inTurn(() => take(entries)));
startSelfTest();
document.documentElement.dataset.usable = 'true';
warmUp();
