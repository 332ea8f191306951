// The recycler's page: state, steps, draft. The views live beside it.

import { h, byId, fill, download, fileName } from './dom.js';
import { soon, nextFrame, settled, oneByOne, onceTyped } from './timing.js';
import { t } from './i18n.js';
import { startShell, showSteps, announce, errorBox, undoable, notify, confirmDialog, progressBar, redrawBar } from './shell.js';
import { acceptFiles, refuseStrayDrops, readManifest, wholeText, matchClass } from './intake.js';
import { Fleet } from './fleet.js';
import { CellTable, renderReading } from './fleet-view.js';
import { roundCard, checksForRecycler } from './round-view.js';
import { renderNewRound, emptyDraft, protocolOf, classNames, signRound, shareRound } from './new-round.js';
import { renderBallots, ballotsBar, contentKey } from './ballots-view.js';
import { renderDecide, physicsBar } from './decide-view.js';
import { renderHealthResult } from './health-view.js';
import { renderResultFiles } from './result-view.js';
import { assess, freshQuestion, isQuick, renderValue } from './value-view.js';
import { IdentityPanel } from './identity-view.js';
import { sign } from './keys.js';
import { call, Pool, warmUp } from './bridge.js';
import { Draft } from './draft.js';
import { keepKey, keySeen } from './ledger.js';
import { startSelfTest } from './selftest.js';
import { demoForRecycler } from './demo.js';

const freshValue = () => ({ valueEdits: new Map(), valueQuestion: freshQuestion() });
const freshPhysics = () => ({ isOn: false, work: null, nAnswered: null, error: null, nReadable: 0 });
const freshRound = () => ({
  physics: freshPhysics(),
  roundFile: null, opened: null, round: null, roundError: null, openError: null, opening: false, isDemo: false,
  /** Ballot files as they came, and what became of each. */
  ballotFiles: [], openedBy: undefined, filter: { text: '', class: '', status: 'all' }, records: [], boardFile: null, truthSoh: null, exportError: null, worth: null, valueError: null, without: null, leavingOut: false, ballotWork: null, result: null, compared: null, deciding: false, decideError: null, truth: null,
});
const state = { draft: emptyDraft(), ...freshRound(), rules: ['evidence'], rule: 'evidence', ...freshValue(), demoBusy: null };
/** One worker of its own holds the opened ballots; never behind a long read. */
const tallies = new Pool(1);
let stopOpening = null;
/** Rounds and ballots one by one: no two batches mix, and none lands in another round. */
const inTurn = oneByOne();

const fleet = new Fleet({ protocol: () => protocolOf(state.draft), classes: () => classNames(state.draft), onChange: onFleet });
const cellTable = new CellTable(byId('cells'), fleet, { withLabels: false });
const identity = new IdentityPanel(byId('identity'), { role: 'recycler', onChange: () => { renderOpen(); renderRoundFile(); renderVotes(); renderSteps(); inTurn(reopenBallots); } });
const soonReading = soon(() => { renderReading(byId('reading'), fleet); renderSteps(); }, 60);

let wasReading = false;
function onFleet(why) {
  const isReading = !!fleet.work;
  if (isReading && !wasReading) settled(renderOpen); // no round is opened with half of them
  wasReading = isReading;
  if (why === 'progress') { soonReading(); return; }
  if (why === 'read') announce(t('read.cells', { n: fleet.cells.length }));
  renderReading(byId('reading'), fleet);
  cellTable.render();
  renderOpen();
  if (state.result) renderDecisions(); // the physics voter asks for files
  renderSteps();
  draft.keep();
}

function render() {
  identity.render();
  renderReading(byId('reading'), fleet);
  cellTable.render();
  renderOpen();
  renderRoundFile();
  renderVotes();
  renderDecisions();
  renderWorth();
  renderExport();
  renderSteps();
  fill(byId('demo-state'), state.demoBusy ? progressBar(state.demoBusy.text, { ...state.demoBusy, test: 'demo-progress' }) : null,
    state.isDemo && !state.demoBusy ? h('p.message.simulated', t('simulated.demo')) : null);
}

const renderOpen = () => onceTyped(byId('open'), () => renderNewRound(byId('open'), state, fleet, identity.identity, {
  onChange: () => { renderOpen(); renderSteps(); draft.keep(); if (state.result) inTurn(decide); }, onEdit: () => { renderSteps(); draft.keep(); fleet.follow(); }, onOpen: openNew,
}));
const renderVotes = () => renderBallots(byId('ballots'), state, { identity: identity.identity, onRemove: removeBallot, onCancel: stopOpening });
const renderDecisions = () => { state.physics.nReadable = signatures().length; renderDecide(byId('decide'), state, { onRule: (rule) => { state.rule = rule; inTurn(decide); }, onCompare: () => inTurn(compare), onTruth: readTruth, onWhy: why, onPhysics: (isOn) => inTurn(() => joinPhysics(isOn)) }); renderHealthResult(byId('health'), state, knownHealth()); };

function renderRoundFile() {
  const actions = state.roundFile ? [shareRound(state), h('button.quiet.danger', { type: 'button', 'data-test': 'forget', onclick: startOver }, t('round.start-over'))] : null;
  // The demo's round is open already: an empty form above it would ask for nothing.
  byId('open').hidden = byId('round-drop').hidden = !!state.isDemo;
  fill(byId('round'), state.roundError ? errorBox(state.roundError, 'round-error') : null,
    state.opened ? roundCard(state.opened, { simulated: state.isDemo, actions, checks: checksForRecycler(state.opened, identity.identity) }) : null);
}

const renderWorth = () => onceTyped(byId('value'), () => renderValue(byId('value'), state, {
  onEdit: (id, value) => { state.valueEdits.set(id, value); settled(() => editValue()); }, onReset: () => { Object.assign(state, freshValue()); editValue(); },
  onQuestion: (name, value) => { state.valueQuestion[name] = value; settled(() => editValue()); }, onWithout: leaveOut,
}));

/** What the others say without each ballot in turn: the worth of one more. */
async function leaveOut() {
  const { result } = state;
  state.leavingOut = true;
  renderWorth();
  const without = await tallies.call('box.without', { rule: result.rule, controls: controls() }).catch(() => null);
  if (state.result !== result) return;
  Object.assign(state, { without, leavingOut: false });
  await editValue();
}

async function editValue() {
  await assess(state);
  renderWorth();
  draft.keep();
}

/** Signs and saves the board: accepted and rejected fingerprints, chained to what was said before. */
async function saveBoard() {
  try {
    const input = await tallies.call('box.board-input', { earlier: state.boardFile, at: Math.floor(Date.now() / 1000), rule: state.result.rule, csv: state.result.csv });
    state.boardFile = await tallies.call('box.board-seal', { signature: await sign(identity.identity, input) });
    download(`${fileName(state.round.name)}.board.json`, state.boardFile);
    draft.keep();
  } catch (error) {
    state.exportError = error;
    renderExport();
  }
}

const renderExport = () => renderResultFiles(byId('export'), state, identity.identity, { onBoard: () => inTurn(saveBoard), onDestroy: () => identity.destroy() });

const counted = () => state.records.filter(({ status }) => status === 'accepted');

function renderSteps() {
  const { round, result, ballotWork, deciding } = state;
  const usable = fleet.usable().length;
  const n = counted().length;
  const enough = round && n >= round.quorum;
  showSteps([
    { id: 'step-key', state: identity.identity ? 'done' : 'ready', note: identity.identity?.name },
    { id: 'step-batteries', state: fleet.work ? 'busy' : usable || round ? 'done' : identity.identity ? 'ready' : 'todo', note: usable ? t('step.files', { n: usable }) : undefined },
    { id: 'step-open', state: round ? 'done' : usable && identity.identity ? 'ready' : 'todo', note: round?.name },
    { id: 'step-ballots', state: ballotWork ? 'busy' : enough ? 'done' : round ? 'ready' : 'todo', note: round ? t('step.ballots', { n, quorum: round.quorum }) : undefined },
    { id: 'step-decide', state: deciding ? 'busy' : result ? 'done' : 'todo', note: result ? t('step.decided', { n: result.decisions.filter(({ status }) => status === 'decided').length }) : undefined },
    { id: 'step-value', state: state.worth ? 'done' : 'todo' },
    { id: 'step-export', state: result ? 'ready' : 'todo' },
  ]);
}

async function openNew() {
  state.opening = true;
  state.openError = null;
  renderOpen();
  try {
    if (state.ballotFiles.length && !await confirmDialog(t('open.replace'), t('open.replace-ask'), t('open.replace'), { danger: true })) { state.opening = false; renderOpen(); return; }
    const text = await signRound(state.draft, fleet.usable(), identity.identity);
    await inTurn(() => openRound(text, { isAsked: true }));
    notify(t('open.done', { name: state.round.name }));
  } catch (error) {
    state.openError = error;
  }
  state.opening = false;
  render();
}

/** @param {string|Promise<string>} text */
async function openRound(text, { isDemo = false, isAsked = false } = {}) {
  try {
    const roundFile = await text;
    const opened = await call('round.open', { file: roundFile, now: Math.floor(Date.now() / 1000) });
    if (opened.hash !== state.opened?.hash) {
      if (state.ballotFiles.length && !isAsked && !await confirmDialog(t('open.replace'), t('open.replace-ask'), t('open.replace'), { danger: true })) return;
      Object.assign(state, freshRound());
    }
    const own = identity.known.find((one) => one.publicKeys.encryption.kid === opened.encryption_kid);
    if (own && own !== identity.identity) { identity.identity = own; identity.changed(); }
    Object.assign(state, { roundFile, opened, round: opened.round, roundError: null, isDemo });
    draft.begin();
    announce(t('round.loaded', { name: opened.round.name }));
  } catch (error) {
    state.roundError = error; // and what the draft holds stays
  }
  render();
}

/** Reads dropped ballots and opens them. Cancelled, those that were reached count. */
async function addBallots(entries) {
  if (!state.round) { notify(t('ballots.needs-round')); return; }
  const controller = new AbortController();
  stopOpening = () => controller.abort();
  state.openedBy = identity.identity;
  const unread = [];
  await eachBallot(entries, async ({ file, path: name }) => {
    if (controller.signal.aborted) return;
    try {
      const text = await wholeText(file);
      state.ballotFiles.push({ name, text, content_key: await contentKey(text, identity.identity) });
    } catch { unread.push(name); }
  });
  stopOpening = null;
  await judgeBallots();
  if (unread.length) notify(`${unread.join(', ')}: ${t('error.file-unreadable')}`);
}

/** With another key, or without one, the same files open or not. None leaves the list meanwhile. */
async function reopenBallots() {
  if (!state.ballotFiles.length || state.openedBy === identity.identity) return;
  if (!identity.identity && state.result) return; // the key was destroyed after the tally
  state.openedBy = identity.identity;
  await eachBallot(state.ballotFiles, async (file) => { file.content_key = await contentKey(file.text, identity.identity); });
  await judgeBallots();
}

async function eachBallot(all, action) {
  state.ballotWork = { done: 0, total: all.length };
  renderVotes();
  renderSteps();
  for (const one of [...all]) {
    await action(one);
    state.ballotWork.done += 1;
    redrawBar(byId('ballots'), ballotsBar(state.ballotWork, stopOpening));
  }
}

async function judgeBallots() {
  const files = [...state.ballotFiles];
  try {
    const judged = await tallies.call('box.open', { round_file: state.roundFile, files });
    const records = [];
    // One after another: the key of a first ballot is known to the next.
    for (const [i, record] of judged.entries()) records.push({ ...record, id: String(i), from: files[i], key: await keyOf(record) });
    state.records = records;
  } catch (error) {
    state.decideError = error;
  }
  Object.assign(state, { physics: freshPhysics(), ballotWork: null, result: null, compared: null, worth: null, exportError: null });
  render();
  draft.keep();
  announce(t('ballots.counted', { n: counted().length }));
  if (counted().length >= state.round.quorum) await decide();
}

/** In an open round nobody vouches for a name: its key is remembered on first use. */
async function keyOf({ status, name, kid }) {
  if (state.isDemo || status !== 'accepted' || state.round.roster.length || !name) return 'known';
  const { state: seen } = await keySeen('collaborator', name, kid);
  if (seen === 'first') await keepKey('collaborator', name, kid);
  return seen;
}

function removeBallot({ from, name, file }) {
  const place = state.ballotFiles.indexOf(from);
  const { hash } = state.opened;
  const change = (isIn, edit) => inTurn(() => {
    const { ballotFiles: files, opened } = state;
    if (opened?.hash !== hash || files.includes(from) !== isIn) return null; // of another round, or done already
    edit(files);
    return judgeBallots();
  });
  change(true, (files) => files.splice(files.indexOf(from), 1));
  undoable(t('ballots.removed', { name: name ?? file }), () => change(false, (files) => files.splice(place, 0, from)));
}

/** Control batteries as the tally wants them: [index of battery, index of class]. */
function controls() {
  const names = state.round.catalogue.classes.map(({ name }) => name);
  return state.draft.controls.flatMap(({ battery, labels }) => {
    const at = state.round.query.batteries.indexOf(battery);
    const name = labels.map((label) => matchClass(label, names)).find(Boolean);
    return at >= 0 && name ? [[at, names.indexOf(name)]] : [];
  });
}

async function decide() {
  Object.assign(state, { deciding: true, decideError: null });
  renderDecisions();
  renderSteps();
  try {
    const result = await tallies.call('box.tally', { rule: state.rule, controls: controls() });
    for (const decision of result.decisions) decision.name = state.round.query.batteries[decision.battery];
    Object.assign(state, { result, without: null, leavingOut: false });
    await assess(state);
    if (isQuick(state)) leaveOut();
    announce(t('decide.done', { n: result.decisions.filter(({ status }) => status === 'decided').length, of: result.decisions.length }));
  } catch (error) {
    Object.assign(state, { decideError: error, result: null });
  }
  state.deciding = false;
  render();
  draft.keep();
}

/** [battery of the query, signature] of those whose field-test cycles were read here. */
function signatures() {
  const { round } = state;
  if (!round) return [];
  const found = fleet.usable().filter((cell) => cell.signature).map((cell) => [round.query.batteries.indexOf(cell.cell_id), [...cell.signature]]);
  return found.filter(([battery]) => battery >= 0);
}

/** Lets the physics voter join the tally, or leave it. */
async function joinPhysics(isOn) {
  const { physics } = state;
  Object.assign(physics, { isOn, error: null, nAnswered: null, work: isOn ? { done: 0, total: 0 } : null });
  renderDecisions();
  try {
    if (isOn) physics.nAnswered = await tallies.call('box.physics', { signatures: signatures() }, { onProgress: (work) => { physics.work = work; redrawBar(byId('decide'), physicsBar(work)); } });
    else await tallies.call('box.no-physics', {});
  } catch (error) {
    Object.assign(physics, { isOn: false, error });
  }
  physics.work = null;
  state.compared = null;
  await decide();
}

async function compare() {
  state.deciding = true;
  renderDecisions();
  try {
    state.compared = await tallies.call('box.compare', { controls: controls() });
  } catch (error) {
    Object.assign(state, { decideError: error, compared: null });
  }
  state.deciding = false;
  render();
}

const why = (battery) => tallies.call('box.why', { rule: state.result.rule, controls: controls(), battery });

/** What is known of the batteries' health: own labelled pulse tests, then the truth file. */
function knownHealth() {
  const known = new Map(fleet.cells.filter((cell) => cell.features?.length === 21).map(({ cell_id: id, soh, soc }) => [id, { soh, soc }]));
  for (const [battery, soh] of state.truthSoh ?? []) known.set(battery, { ...known.get(battery), soh });
  return known;
}

async function readTruth(file) {
  if (!file) return;
  const names = state.round.catalogue.classes.map(({ name }) => name);
  const truth = new Map();
  const truthSoh = new Map();
  try {
    for (const { cell_id: battery, labels, soh } of (await readManifest(file)).rows) {
      if (battery && Number.isFinite(soh)) truthSoh.set(battery, soh);
      const name = labels.map((label) => matchClass(label, names)).find(Boolean);
      if (battery && name) truth.set(battery, names.indexOf(name));
    }
  } catch { /* said below */ }
  const known = state.round.query.batteries.filter((battery) => truth.has(battery) || truthSoh.has(battery)).length;
  if (!known) { notify(t('decide.truth-none', { name: file.name })); return; }
  Object.assign(state, { truth, truthSoh });
  announce(t('decide.truth-read', { n: known }));
  renderDecisions();
}

async function startOver() {
  if (!await confirmDialog(t('round.start-over'), t('round.start-over-ask-recycler'), t('round.start-over'), { danger: true })) return;
  const { isDemo } = state;
  stopOpening?.();
  await inTurn(() => { Object.assign(state, freshRound(), freshValue(), { draft: emptyDraft() }); });
  if (!identity.known.includes(identity.identity)) identity.identity = identity.known[0] ?? null; // the demo's is nobody's
  identity.changed();
  fleet.clear();
  if (!isDemo) await draft.remove();
  else await inTurn(async () => restore(await firstHalf())); // what was there before the demo
  render();
  byId('main').focus();
}

async function demo() {
  if (state.demoBusy) return;
  if ((state.round || fleet.cells.length) && !state.isDemo && !await confirmDialog(t('demo.title'), t('demo.replaces'), t('demo.go'))) return;
  state.demoBusy = { text: t('demo.making'), done: 0, total: 0 };
  stopOpening?.();
  await inTurn(playDemo);
  state.demoBusy = null;
  render();
  byId('step-decide').scrollIntoView();
}

async function playDemo() {
  fleet.clear();
  Object.assign(state, freshRound());
  render();
  await nextFrame();
  try {
    const made = await demoForRecycler((progress) => { state.demoBusy = progress; fill(byId('demo-state'), progressBar(progress.text, { ...progress, test: 'demo-progress' })); });
    identity.identity = made.identity;
    await identity.changed();
    await openRound(made.roundFile, { isDemo: true });
    state.truth = made.truth;
    await addBallots(made.ballots.map(({ name, text }) => ({ path: name, file: new Blob([text]) })));
  } catch (error) {
    state.roundError = error;
  }
}

/** Ballots stay sealed in the draft, and the key to open them is not part of it. */
const draft = new Draft('recycle', () => {
  const { draft: open, roundFile, isDemo, rule, truth, boardFile, valueEdits, valueQuestion } = state;
  if (isDemo || state.demoBusy) return undefined; // a demo's key is gone with the page
  if (!(roundFile || fleet.cells.length || open.name)) return null;
  return { draft: open, roundFile, rule, truth, boardFile, valueEdits, valueQuestion, ballots: state.ballotFiles.map(({ name, text }) => ({ name, text })), fleet: fleet.toDraft() };
});

/** What the last visit left, as far as it can be had without the engine. */
async function firstHalf() {
  const last = await draft.last();
  if (last) {
    fleet.fromDraft(last.fleet);
    state.draft = { ...emptyDraft(), ...last.draft };
    render();
  }
  return last;
}

/** The other half. A round that opens begins the draft anew, so nothing is waited for before the ballots are there. */
async function restore(last) {
  if (!last) return;
  if (state.rules.includes(last.rule)) state.rule = last.rule;
  if (last.roundFile) await openRound(last.roundFile);
  else draft.begin();
  if (state.round) {
    const { truth = null, boardFile = null, valueEdits = new Map(), valueQuestion = freshQuestion() } = last;
    Object.assign(state, { truth, boardFile, valueEdits, valueQuestion, ballotFiles: last.ballots.map((file) => ({ ...file, content_key: null })) });
    await reopenBallots();
  }
  render();
  notify(t('draft.restored'));
}

startShell(render);
refuseStrayDrops();
acceptFiles(byId('files-drop'), (entries) => fleet.add(entries));
acceptFiles(byId('round-drop'), (entries) => inTurn(() => openRound(wholeText(entries.at(-1).file))));
acceptFiles(byId('ballots-drop'), (entries) => inTurn(() => addBallots(entries)));
byId('demo').addEventListener('click', demo);
startSelfTest();
await identity.start();
const last = await firstHalf();
document.documentElement.dataset.usable = 'true';
warmUp();
await inTurn(async () => {
  try { state.rules = await call('rules', {}); } catch (error) { state.roundError = error; }
  await restore(last);
});
render();
document.documentElement.dataset.restored = 'true';
if (location.hash === '#demo') demo();
