// The recycler's form for a new round: name, classes, deadline, quorum, roster, controls.

import { h, fill, download, fileName } from './dom.js';
import { t, number } from './i18n.js';
import { errorBox, notify } from './shell.js';
import { readManifest, wholeText } from './intake.js';
import { thumbprint, publicPart, sign } from './keys.js';
import { call } from './bridge.js';
import { Fleet, STANDARD } from './fleet.js';

const CATHODES = ['LCO', 'NMC', 'NCA', 'LFP', 'LMO'];

/** A fresh form. */
export const emptyDraft = () => ({ name: '', classes: CATHODES.slice(0, 4).join('\n'), deadline: '', quorum: 5, roster: [], controls: [], trees: 10, basis: STANDARD.capacity_basis, window: STANDARD.median_window });

/** Class names of the form, one per line or comma. */
export const classNames = (draft) => [...new Set(draft.classes.split(/[\n,;]+/).map((name) => name.trim()).filter(Boolean))];

/** @param {HTMLElement} host */
export function renderNewRound(host, state, fleet, identity, { onChange, onEdit, onOpen }) {
  const { draft } = state;
  const missing = () => !identity ? 'open.needs-key' : fleet.work ? 'hindrance.still-reading' : !fleet.usable().length ? 'open.needs-batteries' : classNames(draft).length < 2 ? 'open.needs-classes' : !draft.name.trim() ? 'open.needs-name' : null;
  const count = h('span');
  const hindrance = h('p.muted', { 'data-test': 'open-hindrance' });
  const open = h('button', { class: state.opened ? '' : 'primary', 'data-test': 'open-round' }, t(state.opening ? 'open.busy' : 'open.go', { n: fleet.usable().length }));
  // A changed field touches these only: drawing the form again would take away the next field's
  // selection, and with it what is being typed there.
  const refresh = () => {
    const code = missing();
    hindrance.hidden = !code;
    hindrance.dataset.code = code ?? '';
    hindrance.textContent = code ? t(code) : '';
    open.disabled = !!code || !!state.opening;
    count.textContent = t('open.classes-help', { n: classNames(draft).length });
  };
  const field = (name, input, help = null) => h('label', t(`open.${name}`), input, help ? h('small', help) : null);
  const set = (name, read = (input) => input.value) => ({ target }) => {
    draft[name] = read(target);
    if (target.value !== String(draft[name])) target.value = draft[name];
    refresh();
    onEdit();
  };
  fill(host, h('form', {
    'data-test': 'new-round', onsubmit: (event) => { event.preventDefault(); if (!missing() && !state.opening) onOpen(); },
  },
  h('div.fields',
    field('name', h('input', { type: 'text', value: draft.name, maxlength: '120', 'data-test': 'round-name-input', oninput: set('name') })),
    field('deadline', h('input', { type: 'datetime-local', value: draft.deadline, 'data-test': 'round-deadline', onchange: set('deadline') }), t('open.deadline-help')),
    field('quorum', h('input', { type: 'number', min: '3', max: '1000', value: draft.quorum, 'data-test': 'round-quorum', onchange: set('quorum', (input) => Math.max(3, Math.floor(Number(input.value) || 5))) }), t('open.quorum-help')),
    field('trees', h('input', { type: 'number', min: '1', max: '200', value: draft.trees, 'data-test': 'round-trees', onchange: set('trees', (input) => Math.min(200, Math.max(1, Math.floor(Number(input.value) || 10)))) }), t('open.trees-help'))),
  field('classes', h('textarea', { rows: '5', 'data-test': 'round-classes-input', spellcheck: 'false', oninput: set('classes'), value: draft.classes }), count),
  h('details', { 'data-test': 'round-more' }, h('summary', t('open.more')),
    h('div.fields',
      field('roster', h('input', { type: 'file', multiple: true, accept: '.json', 'data-test': 'roster-files', onchange: async (event) => { await readRoster(draft, event.target.files); onChange(); } }), draft.roster.length ? h('span', draft.roster.map(({ name }) => name).join(', '), ' ', h('button.small.quiet', { type: 'button', onclick: () => { draft.roster = []; onChange(); } }, t('open.clear'))) : t('open.roster-help')),
      field('controls', h('input', { type: 'file', accept: '.csv', 'data-test': 'controls-file', onchange: async (event) => { await readControls(draft, event.target.files[0]); onChange(); } }), draft.controls.length ? t('open.controls-read', { n: draft.controls.length }) : t('open.controls-help')),
      field('window', h('input', { type: 'number', min: '1', max: '201', value: draft.window, 'data-test': 'round-window', onchange: set('window', (input) => Math.min(201, Math.max(1, Math.floor(Number(input.value) || 20)))) }), t('open.window-help')),
      field('basis', h('select', { onchange: set('basis') }, ['nominal', 'ampere-hour'].map((value) => h('option', { value, selected: value === draft.basis }, t(`open.basis.${value}`))))))),
  hindrance,
  state.openError ? errorBox(state.openError, 'open-error') : null,
  h('div.actions', open)));
  refresh();
  host.firstChild.classList.add('card');
}

async function readRoster(draft, files) {
  for (const file of files) {
    try {
      const parsed = JSON.parse(await wholeText(file));
      for (const one of Array.isArray(parsed) ? parsed : parsed.members ?? [parsed]) {
        const kid = one.signing ? await thumbprint(one.signing) : one.kid;
        if (typeof kid === 'string' && kid && !draft.roster.some((member) => member.kid === kid)) draft.roster.push({ name: String(one.name ?? '').slice(0, 80), kid });
      }
    } catch {
      notify(t('open.roster-bad', { name: file.name }));
    }
  }
}

async function readControls(draft, file) {
  if (!file) return;
  try {
    const { rows } = await readManifest(file);
    draft.controls = rows.map(({ cell_id, labels }) => ({ battery: cell_id, labels })).filter(({ battery, labels }) => battery && labels.length);
  } catch {
    draft.controls = [];
  }
  if (!draft.controls.length) notify(t('open.controls-bad'));
}

/** The standardisation that a form asks for; everything else is the default. */
export const protocolOf = (draft) => ({ ...STANDARD, median_window: draft.window, capacity_basis: draft.basis });

/**
 * Makes and signs a round.
 * @returns {Promise<string>} the text of the round file
 */
export async function signRound(draft, cells, identity) {
  const input = {
    name: draft.name.trim(), created: Math.floor(Date.now() / 1000),
    deadline: draft.deadline ? Math.floor(new Date(draft.deadline).getTime() / 1000) : null,
    protocol: protocolOf(draft), n_trees: draft.trees, classes: classNames(draft), quorum: draft.quorum,
    // Pulse tests tell the state of health as well.
    asks_soh: cells[0]?.features.length === 21,
    batteries: cells.map((cell) => cell.cell_id), recycler: publicPart(identity), roster: draft.roster,
  };
  const { signing_input, payload } = await call('round.signing-input', { ...input, features: Fleet.matrix(cells) });
  return call('round.seal', { payload, signature: await sign(identity, signing_input) });
}

/** Save button and what to do with the file. */
export function shareRound(state) {
  return [
    h('button.primary', { type: 'button', 'data-test': 'save-round', onclick: () => download(`${fileName(state.round.name)}.round.json`, state.roundFile) }, t('open.save')),
    h('span.muted', t('open.send', { size: number(state.roundFile.length / 1000, 0) })),
  ];
}
