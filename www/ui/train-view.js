// Training: settings, progress with cancel, and the collaborator's own quality report.

import { h, fill } from './dom.js';
import { t, number, percent } from './i18n.js';
import { confusionTable, barTable } from './table.js';
import { errorBox, progressBar } from './shell.js';

/** What keeps training from starting, as `{code, params}`; or null. */
export function trainingHindrance(state, fleet) {
  if (!state.round) return { code: 'no-round' };
  if (!fleet.usable().length) return { code: 'no-cells' };
  if (fleet.work) return { code: 'still-reading' };
  const counts = fleet.perClass().filter(({ n }) => n > 0);
  if (counts.length < 2) return { code: 'few-classes', params: { n: counts.length } };
  const thin = counts.find(({ n }) => n < 2);
  if (thin) return { code: 'few-batteries', params: { class: thin.name } };
  return null;
}

export const trainingBar = ({ training }, onCancel) => progressBar(t(`train.phase.${training.phase ?? 'start'}`, training), { done: training.done ?? 0, total: training.total ?? 0, onCancel, test: 'train-progress' });

/** @param {HTMLElement} host */
export function renderTraining(host, state, fleet, { onTrain, onCancel, onSetting }) {
  const hindrance = trainingHindrance(state, fleet);
  const { training, cast, settings } = state;
  fill(host,
    hindrance ? h('p.muted', { 'data-test': 'train-hindrance', 'data-code': hindrance.code }, t(`hindrance.${hindrance.code}`, hindrance.params)) : settingsForm(settings, state.round, onSetting),
    training ? trainingBar(state, onCancel)
      : hindrance ? null : h('div.actions', h('button', { type: 'button', class: cast ? '' : 'primary', 'data-test': 'train', onclick: onTrain }, t(cast ? 'train.again' : 'train.go', { n: fleet.labelled().length }))),
    state.trainError ? errorBox(state.trainError, 'train-error') : null,
    cast && !training ? [state.stale ? h('p.message.warn', { 'data-test': 'stale' }, t('train.stale')) : null, qualityReport(cast.quality, state.round, cast.ballot)] : null);
}

function settingsForm(settings, round, onSetting) {
  return h('details', { 'data-test': 'train-settings' }, h('summary', t('train.settings')),
    h('div.fields',
      h('label', t('train.nsr'), h('input', { type: 'number', min: '0', max: '50', step: '0.5', value: settings.nsr, 'data-test': 'train-nsr', onchange: (event) => onSetting('nsr', Math.min(50, Math.max(0, Number(event.target.value) || 0))) }), h('small', t('train.nsr-help'))),
      h('label', t('train.epsilon'), h('input', { type: 'number', min: '0', max: '20', step: '0.5', value: settings.epsilon ?? '', 'data-test': 'train-epsilon', onchange: (event) => onSetting('epsilon', Number(event.target.value) > 0 ? Math.min(20, Number(event.target.value)) : null) }), h('small', t('train.epsilon-help'), settings.price === null || settings.price === undefined ? '' : ` ${t('train.price', { points: number(100 * settings.price, 1) })}`)),
      h('label.check', h('input', { type: 'checkbox', checked: !!settings.audit, 'data-test': 'train-audit', onchange: (event) => onSetting('audit', event.target.checked) }), h('span', t('train.audit'), h('small', h('br'), t('train.audit-help')))),
      h('label', t('train.seed'), h('input', { type: 'number', min: '0', step: '1', value: settings.seed, 'data-test': 'train-seed', onchange: (event) => onSetting('seed', Math.max(0, Math.floor(Number(event.target.value) || 0))) }), h('small', t('train.seed-help'))),
      h('label', t('train.trees'), h('input', { type: 'number', value: round.n_trees, disabled: true }), h('small', t('train.trees-help')))));
}

/** The honest figure: whole batteries held out where there are enough of them, else out of bag. */
export const accuracyOf = (quality) => 1 - (quality.held_out_error ?? quality.out_of_bag_error ?? Number.NaN);

/** Errors, confusion matrix and importance, each with its finding in words. */
export function qualityReport(quality, round, ballot) {
  const names = quality.classes.map((index) => round.catalogue.classes[index].name);
  const heldOut = quality.held_out_error !== null && quality.held_out_error !== undefined;
  const counts = heldOut ? quality.held_out_confusion : quality.out_of_bag_confusion;
  const wrong = worstConfusion(counts, names);
  const accuracy = accuracyOf(quality);
  const oob = quality.out_of_bag_error;
  const columns = round.query.columns.length === quality.importance.length ? round.query.columns : quality.importance.map((_, i) => String(i + 1));
  const ranked = quality.importance.map((value, i) => ({ name: columns[i], value, note: featureNote(columns[i]) })).sort((a, b) => b.value - a.value);
  return h('div.quality', { 'data-test': 'quality' },
    h('ul.tiles',
      tile(percent(accuracy), t(heldOut ? 'quality.held-out' : 'quality.accuracy'), 'quality-accuracy'), tile(percent(oob === null || oob === undefined ? null : 1 - oob), t('quality.accuracy'), 'quality-oob'),
      tile(number(ballot.coverage.reduce((sum, { batteries }) => sum + batteries, 0)), t('quality.batteries', { classes: names.length })), tile(number(ballot.n_training_rows), t('quality.rows'))),
    h('p', accuracy >= 0.95 ? t('quality.good') : accuracy >= 0.8 ? t('quality.fair') : t('quality.poor')),
    h('div.columns',
      confusionTable({ test: 'quality-confusion', classes: names, counts, caption: wrong ? t('quality.confusion-worst', wrong) : t('quality.confusion-none') }),
      barTable({ test: 'quality-importance', caption: ranked[0] ? t('quality.importance', { first: ranked[0].name, second: ranked[1]?.name ?? '–' }) : '', head: [t('quality.feature'), t('quality.rise')], rows: ranked, format: (value) => number(value, 3), limit: 10 })));
}

const tile = (value, label, test = null) => h('li', { 'data-test': test }, h('b', value), h('span', label));

function featureNote(column) {
  const key = `feature.${column}`;
  const text = t(key);
  return text === key ? null : text;
}

function worstConfusion(counts, names) {
  let worst = null;
  counts.forEach((row, i) => row.forEach((count, j) => {
    if (i !== j && count > 0 && (!worst || count > worst.n)) worst = { n: count, truth: names[i], predicted: names[j] };
  }));
  return worst;
}
