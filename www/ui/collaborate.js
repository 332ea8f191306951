// The collaborator's page: state, steps, draft. The views live beside it.

import { h, byId, fill } from './dom.js';
import { soon, nextFrame, settled, oneByOne, onceTyped } from './timing.js';
import { t, percent } from './i18n.js';
import { startShell, showSteps, announce, errorBox, notify, progressBar, redrawBar, confirmDialog } from './shell.js';
import { acceptFiles, refuseStrayDrops, wholeText } from './intake.js';
import { Fleet, STANDARD } from './fleet.js';
import { CellTable, renderReading } from './fleet-view.js';
import { roundCard, checksForCollaborator } from './round-view.js';
import { renderTraining, trainingBar, trainingHindrance, accuracyOf } from './train-view.js';
import { renderLeaves } from './leaves-view.js';
import { renderSave, sealBallot } from './save-view.js';
import { HealthPanel } from './health-view.js';
import { IdentityPanel } from './identity-view.js';
import { identityOf } from './keys.js';
import { call, warmUp } from './bridge.js';
import { Draft } from './draft.js';
import { keepKey, keySeen, recordAnswer, recordRefusal, renderLedger, roundRecord } from './ledger.js';
import { startSelfTest } from './selftest.js';
import { demoForCollaborator } from './demo.js';

const state = {
  /** The text of the round file and what the worker made of it. */
  roundFile: null, opened: null, round: null, roundError: null, isDemo: false,
  settings: { nsr: 0, seed: newSeed() },
  training: null, trainError: null, cast: null, stale: false,
  sealing: false, sealed: null, sealError: null, answered: null, memory: null, demoBusy: null,
};
let cancelTraining = null;

const fleet = new Fleet({ protocol: () => state.round?.protocol ?? STANDARD, nFeatures: () => state.round?.query.columns.length ?? 0, classes: () => state.round?.catalogue.classes.map(({ name }) => name) ?? [], onChange: onFleet });
const cellTable = new CellTable(byId('cells'), fleet, { withLabels: true });
const health = new HealthPanel(byId('health'), fleet, { round: () => state.round });
const identity = new IdentityPanel(byId('identity'), { role: 'collaborator', onChange: () => { state.sealed = null; state.sealError = null; renderRound(); renderSaving(); renderSteps(); } });

function newSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

const soonReading = soon(() => { renderReading(byId('reading'), fleet); renderSteps(); }, 60);

/** What comes of the forest no longer fits what is on the page, nor will what is being trained. */
function outdate() {
  Object.assign(state, { stale: true, sealed: null });
}

function onFleet(why) {
  if (why === 'progress') { soonReading(); return; }
  outdate();
  if (why === 'read') announce(`${t('read.done', { n: fleet.reports.filter(({ status }) => status !== 'error').length })} ${t('read.cells', { n: fleet.cells.length })}`);
  if (why === 'label') renderResults();
  else render();
  draft.keep();
}

/** Everything after the table of cells. */
function renderResults() {
  renderTrain();
  health.render();
  renderLeaves(byId('leaves'), state, fleet);
  renderSaving();
  renderSteps();
}

function render() {
  renderRound();
  renderReading(byId('reading'), fleet);
  cellTable.render();
  identity.render();
  renderResults();
}

function renderRound() {
  fill(byId('round'), state.roundError ? errorBox(state.roundError, 'round-error') : null,
    state.demoBusy ? progressBar(state.demoBusy.text, { ...state.demoBusy, test: 'demo-progress' }) : null,
    state.opened ? roundCard(state.opened, { simulated: state.isDemo, checks: checksForCollaborator(state.opened, identity.identity, state.memory), actions: [...decisions(), h('button.quiet.danger', { type: 'button', 'data-test': 'forget', onclick: startOver }, t('round.start-over'))] }) : null);
}

/** Before answering: trust the recycler's key for the future, or refuse the round. */
function decisions() {
  const isKnown = state.memory?.key.state === 'known';
  return state.isDemo ? [] : [
    isKnown ? null : h('button', { type: 'button', 'data-test': 'trust-recycler', onclick: trustRecycler }, t('round.trust')),
    h('button.danger', { type: 'button', 'data-test': 'refuse', onclick: refuse }, t('round.refuse')),
  ];
}

async function remember() {
  const { round, opened } = state;
  state.memory = { key: await keySeen('recycler', round.recycler.name, opened.kid), record: await roundRecord(opened.hash) };
  state.answered = state.memory.record?.kind === 'answer' ? state.memory.record.when : null;
}

async function trustRecycler() {
  await keepKey('recycler', state.round.recycler.name, state.opened.kid);
  await remember();
  renderRound();
}

/** The files and labels stay: only the round goes, and that it was refused is kept. */
async function refuse() {
  const { name } = state.round;
  if (!await confirmDialog(t('round.refuse'), t('round.refuse-ask', { name }), t('round.refuse'), { danger: true })) return;
  cancelTraining?.();
  await recordRefusal(state.opened.hash, state.round);
  Object.assign(state, { roundFile: null, opened: null, round: null, roundError: null, memory: null, cast: null, stale: false, sealed: null, answered: null });
  notify(t('round.refused', { name }));
  render();
  draft.keep();
}

const renderTrain = () => onceTyped(byId('train'), () => renderTraining(byId('train'), state, fleet, {
  onTrain: train, onCancel: () => cancelTraining?.(),
  onSetting: (name, value) => { state.settings[name] = value; settled(() => settingChanged(name, value)); },
}));

async function settingChanged(name, value) {
  outdate();
  renderResults();
  draft.keep();
  if (name !== 'epsilon') return;
  // The price of randomised answers, before they are used.
  const accuracy = state.cast ? accuracyOf(state.cast.quality) : 1;
  const classes = fleet.perClass().filter(({ n }) => n > 0).length;
  state.settings.price = value ? await call('price', { epsilon: value, classes, accuracy }).catch(() => null) : null;
  renderTrain();
}

const renderSaving = () => {
  renderSave(byId('save'), state, identity.identity, { onSeal: seal });
  if (!state.isDemo) renderLedger(byId('ledger'), fleet.labelled().map(({ cell_id: id }) => id));
};

function renderSteps() {
  const { round, cast, stale, sealed, training } = state;
  const usable = fleet.usable().length;
  const hindrance = trainingHindrance(state, fleet);
  const problems = fleet.cells.length - fleet.labelled().length;
  showSteps([
    { id: 'step-round', state: round ? 'done' : 'ready', note: round ? round.name : undefined },
    { id: 'step-files', state: fleet.work ? 'busy' : usable ? 'done' : 'ready', note: usable ? t('step.files', { n: usable }) : undefined },
    { id: 'step-cells', state: !usable || !round ? 'todo' : hindrance ? 'attention' : 'done', note: !usable ? undefined : problems && round ? t('step.cells-problems', { n: problems }) : round ? t('step.cells') : t('step.needs-round') },
    { id: 'step-train', state: training ? 'busy' : cast && !stale ? 'done' : hindrance ? 'todo' : 'ready', note: cast && !stale ? t('step.train', { accuracy: percent(accuracyOf(cast.quality)) }) : undefined },
    { id: 'step-leaves', state: cast && !stale ? 'done' : 'todo' },
    { id: 'step-save', state: sealed ? 'done' : cast && !stale ? 'ready' : 'todo' },
  ]);
}

/** @param {string|Promise<string>} text */
async function openRound(text, { isDemo = false } = {}) {
  try {
    const roundFile = await text;
    const opened = await call('round.open', { file: roundFile, now: Math.floor(Date.now() / 1000) });
    const changed = state.opened?.hash !== opened.hash;
    if (changed) cancelTraining?.();
    if (state.isDemo && !isDemo) fleet.clear(); // simulated batteries answer no real round
    Object.assign(state, { roundFile, opened, round: opened.round, roundError: null, isDemo });
    if (changed) {
      Object.assign(state, { cast: null, stale: false, sealed: null, trainError: null, sealError: null });
      fleet.relabel();
      fleet.follow();
    }
    await remember();
    draft.begin();
    announce(t('round.loaded', { name: opened.round.name }));
  } catch (error) {
    state.roundError = error; // and what the draft holds stays
  }
  render();
}

async function train() {
  const controller = new AbortController();
  cancelTraining = () => controller.abort();
  const cells = fleet.labelled();
  const classes = fleet.classes();
  const wasStale = state.stale;
  Object.assign(state, { training: { phase: 'start', done: 0, total: 0 }, trainError: null, stale: false });
  renderResults();
  announce(t('train.phase.start'));
  try {
    const result = await call('train', {
      round_file: state.roundFile, cell_ids: cells.map((cell) => cell.battery ?? cell.cell_id), features: Fleet.matrix(cells),
      labels: Uint16Array.from(cells, (cell) => classes.indexOf(cell.label)), soh: Float64Array.from(cells, (cell) => cell.soh ?? Number.NaN),
      seed: state.settings.seed, nsr: state.settings.nsr, epsilon: state.settings.epsilon ?? null, audit: !!state.settings.audit,
    }, { signal: controller.signal, onProgress: (progress) => { state.training = progress; redrawBar(byId('train'), trainingBar(state, cancelTraining)); } });
    Object.assign(state, { cast: { payload: result.payload, ballot: JSON.parse(result.payload), quality: result.quality, label: result.label, audit: result.audit ?? null, concerns: result.concerns, rawBytes: fleet.rawBytes() }, sealed: null, sealError: null });
    announce(t('train.done', { accuracy: percent(accuracyOf(result.quality)) }));
  } catch (error) {
    state.stale ||= wasStale;
    if (error.code === 'cancelled') notify(t('train.cancelled'));
    else state.trainError = error;
  }
  state.training = null;
  cancelTraining = null;
  renderResults();
  draft.keep();
}

async function seal() {
  state.sealing = true;
  state.sealError = null;
  renderSaving();
  try {
    state.sealed = await sealBallot(state.cast, state.roundFile, identity.identity);
    if (!state.isDemo) {
      await recordAnswer(state.opened.hash, state.round, state.cast, fleet.labelled().map(({ cell_id: id }) => id));
      const { answered } = state;
      if (state.memory.key.state === 'first') await trustRecycler();
      state.answered = answered; // before, not now
    }
    announce(t('save.done'));
  } catch (error) {
    state.sealError = error;
  }
  state.sealing = false;
  renderSaving();
  renderSteps();
  draft.keep();
}

async function startOver() {
  if (!await confirmDialog(t('round.start-over'), t('round.start-over-ask'), t('round.start-over'), { danger: true })) return;
  cancelTraining?.();
  Object.assign(state, { roundFile: null, opened: null, round: null, roundError: null, isDemo: false, cast: null, stale: false, sealed: null, trainError: null, sealError: null, answered: null, settings: { nsr: 0, seed: newSeed() } });
  fleet.clear();
  await draft.remove();
  byId('step-round').scrollIntoView();
  byId('main').focus();
}

async function demo() {
  if (state.demoBusy) return;
  if (fleet.cells.length && !state.isDemo && !await confirmDialog(t('demo.title'), t('demo.replaces'), t('demo.go'))) return;
  try {
    state.demoBusy = { text: t('demo.making'), done: 0, total: 0 };
    fleet.clear();
    render();
    await nextFrame();
    const { roundFile, entries } = await demoForCollaborator((progress) => { state.demoBusy = { text: t('demo.making'), ...progress }; renderRound(); });
    state.demoBusy = null;
    fleet.isSimulated = true;
    await openRound(roundFile, { isDemo: true });
    await fleet.add(entries);
    byId('step-files').scrollIntoView();
  } catch (error) {
    state.demoBusy = null;
    state.roundError = error;
    render();
  }
}

const draft = new Draft('collaborate', () => {
  const { roundFile, isDemo, settings, cast, stale, sealed } = state;
  return roundFile || fleet.cells.length ? { roundFile, isDemo, settings, cast, stale, sealed, fleet: fleet.toDraft(), signedBy: identity.identity?.kid ?? null } : null;
});

/** The last visit's draft. A round that opens begins it anew, so nothing is waited for after that. */
async function restore(last) {
  const signer = last.signedBy && await identityOf('collaborator', last.signedBy).catch(() => null);
  if (last.roundFile) await openRound(last.roundFile, { isDemo: last.isDemo });
  else draft.begin();
  if (last.cast && state.round) Object.assign(state, { cast: last.cast, stale: last.stale || state.stale, sealed: signer ? last.sealed : null });
  render();
  notify(t('draft.restored'));
}

/** Rounds one by one, after the draft's: a later one takes the place of an earlier one. */
const rounds = oneByOne();
const takeRound = (entries) => rounds(() => openRound(wholeText(entries.at(-1).file)));

/** What was dropped anywhere: rounds go to the round, everything else to the files. */
async function take(entries) {
  const roundFiles = entries.filter(({ path }) => /round[^/]*\.json$/i.test(path));
  if (roundFiles.length) await takeRound(roundFiles);
  const rest = entries.filter((entry) => !roundFiles.includes(entry));
  if (rest.length) await fleet.add(rest);
}

startShell(render);
refuseStrayDrops();
acceptFiles(byId('round-drop'), takeRound);
acceptFiles(byId('files-drop'), take);
byId('demo').addEventListener('click', demo);
startSelfTest();
await identity.start();
const last = await draft.last();
if (last) {
  fleet.fromDraft(last.fleet);
  state.settings = last.settings;
  render();
}
document.documentElement.dataset.usable = 'true';
warmUp();
if (last) await rounds(() => restore(last));
document.documentElement.dataset.restored = 'true';
if (location.hash === '#demo') demo();
