// The result as files: CSV and JSON as the command line writes them, the board, paper.

import { h, fill, download, fileName } from './dom.js';
import { t } from './i18n.js';
import { errorBox } from './shell.js';

/** @param {HTMLElement} host */
export function renderResultFiles(host, state, identity, { onBoard, onDestroy }) {
  const { result, round, opened, isDemo, exportError } = state;
  const name = fileName(round?.name ?? 'round');
  const isOwn = !!opened && identity?.kid === opened.kid;
  fill(host, result ? [h('div.actions',
    h('button.primary', { type: 'button', 'data-test': 'save-csv', onclick: () => download(`${name}.result.csv`, result.csv, 'text/csv') }, t('export.csv')),
    h('button', { type: 'button', 'data-test': 'save-json', onclick: () => download(`${name}.result.json`, resultJson(state)) }, t('export.json')),
    h('button', { type: 'button', 'data-test': 'save-board', disabled: !isOwn, onclick: onBoard }, t('export.board')),
    h('button', { type: 'button', onclick: () => print() }, t('export.print')),
    isOwn && !isDemo ? h('button.quiet.danger', { type: 'button', 'data-test': 'destroy-key', title: t('export.destroy-help'), onclick: onDestroy }, t('export.destroy-key')) : null,
    isDemo ? h('span.badge.simulated', t('simulated.word')) : null), h('p.muted', t('export.board-help'))] : h('p.muted', t('export.not-yet')),
  exportError ? errorBox(exportError, 'export-error') : null);
}

/** The result as JSON, in the shape of the command line. */
function resultJson({ result, records, round, isDemo }) {
  const name = (index) => round.catalogue.classes[index]?.name ?? '';
  const rejected = records.filter(({ status }) => status !== 'accepted').map(({ file, fingerprint, status, reason }) => ({ file, fingerprint, code: reason?.code ?? `ballot-${status}` }));
  const rounded = (value) => Math.round(value * 1e4) / 1e4;
  const decisions = result.decisions.map((d) => ({
    battery: d.name, class: name(d.class), confidence: rounded(d.confidence), margin: rounded(d.margin), status: d.status,
    level: d.level, answer: d.answer, answer_confidence: rounded(d.answer_confidence), probabilities: d.probabilities.map(rounded),
    decisive: d.decisive.map((voter) => result.voters[voter]?.name ?? ''), control: d.is_control,
  }));
  return JSON.stringify({ round: round.name, rule: result.rule, n_ballots: result.n_ballots, simulated: isDemo || undefined, rejected, decisions }, null, 1);
}
