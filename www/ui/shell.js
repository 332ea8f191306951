// What every page shares: language and theme switches, numbered steps, live region, notices, undo.

import { h, byId, fill } from './dom.js';
import { t, currentLanguage, setLanguage, translateDocument, onLanguage, errorWords } from './i18n.js';

const THEMES = ['auto', 'light', 'dark'];
let theme = 'auto';

function applyTheme() {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const button = byId('theme');
  if (button) button.textContent = t(`theme.${theme}`);
}

/** Wires the header; call once per page. `render` is called again after a change of language. */
export function startShell(render) {
  try { theme = THEMES.find((one) => one === localStorage.getItem('voltvote-theme')) ?? 'auto'; } catch { /* storage may be off */ }
  byId('language').addEventListener('click', () => setLanguage(currentLanguage() === 'en' ? 'zh-CN' : 'en'));
  byId('theme').addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    try { localStorage.setItem('voltvote-theme', theme); } catch { /* storage may be off */ }
    applyTheme();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dispatchEvent(new Event('voltvote-theme')));
  const again = () => {
    byId('language').textContent = t('language.other');
    applyTheme();
    render();
  };
  onLanguage(again);
  translateDocument();
  document.documentElement.classList.add('ready');
  again();
  addEventListener('keydown', (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target?.tagName ?? '');
    if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !event.shiftKey && !typing && undoStack.length) {
      event.preventDefault();
      undo();
    }
  });
}

/**
 * Paints the state of the steps: the list in the margin and the mark beside each heading.
 * @param {{id: string, state: 'todo'|'ready'|'busy'|'done'|'attention', note?: string}[]} steps
 */
export function showSteps(steps) {
  const list = byId('steps');
  for (const [i, { id, state, note }] of steps.entries()) {
    const item = list.children[i];
    const section = byId(id);
    if (!item || !section) continue;
    item.dataset.state = state;
    section.dataset.state = state;
    const words = note ?? t(`state.${state}`);
    item.querySelector('.step-note').textContent = words;
    if (state === 'ready' || state === 'attention') item.setAttribute('aria-current', 'step');
    else item.removeAttribute('aria-current');
  }
}

let announcing = 0;
/** Says something to screen readers, politely; the last of a burst wins. */
export function announce(text) {
  clearTimeout(announcing);
  announcing = setTimeout(() => { byId('live').textContent = text; }, 150);
}

/** A short notice at the bottom, with an optional action; also announced. */
export function notify(text, action = null) {
  const notice = h('div.notice', { role: 'status', 'data-test': 'notice' }, h('span', text));
  const close = () => notice.remove();
  if (action) {
    notice.append(h('button.small', { type: 'button', 'data-test': action.test, onclick: () => { close(); action.run(); } }, action.label));
  }
  notice.append(h('button.small.quiet', { type: 'button', 'aria-label': t('close'), onclick: close }, '×'));
  byId('notices').replaceChildren(notice);
  announce(text);
  setTimeout(close, action ? 15_000 : 8_000);
}

const undoStack = [];

/** Remembers how to take back a change, and offers it. */
export function undoable(text, restore) {
  undoStack.push(restore);
  if (undoStack.length > 30) undoStack.shift();
  notify(text, { label: t('undo'), test: 'undo', run: undo });
}

function undo() {
  const restore = undoStack.pop();
  if (!restore) return;
  restore();
  announce(t('undone'));
}

/** Shows an error in its place and announces it; nothing else on the page is lost. */
export function errorBox(error, test = 'error') {
  const text = errorWords(error);
  announce(text);
  return h('p.message.bad', { 'data-test': test, 'data-code': error?.code ?? 'internal' }, text);
}

/** Removes or shows an error under an element with this id. */
export function showError(id, error) {
  fill(byId(id), error ? errorBox(error, `${id}-error`) : null);
}

/** A progress bar with words and a cancel button. */
export function progressBar(text, { done = 0, total = 0, onCancel = null, test = 'progress' } = {}) {
  const bar = h('progress', total > 0 ? { max: total, value: done, 'aria-label': text } : { 'aria-label': text });
  return h('div.progress', { 'data-test': test },
    h('div.progress-words', h('span', text), total > 0 ? h('span.number', `${Math.floor((done / total) * 100)} %`) : null),
    bar,
    onCancel ? h('button.small', { type: 'button', 'data-test': `${test}-cancel`, onclick: onCancel }, t('cancel')) : null);
}

/** Moves a bar on, if it is there: whatever is around it stays, its button under the mouse as well. */
export function redrawBar(host, bar) {
  const before = host.querySelector(`[data-test="${bar.dataset.test}"]`);
  for (const part of ['.progress-words', 'progress']) before?.querySelector(part).replaceWith(bar.querySelector(part));
  return !!before;
}

/** Asks a yes-or-no question in a native dialog. @returns {Promise<boolean>} */
export function confirmDialog(title, text, yes, { danger = false } = {}) {
  return new Promise((resolve) => {
    const dialog = h('dialog', { 'data-test': 'confirm', 'aria-labelledby': 'confirm-title' },
      h('h2#confirm-title', title), h('p', text),
      h('form.actions', { method: 'dialog' },
        h('button.quiet', { value: 'no', 'data-test': 'confirm-no' }, t('cancel')),
        h('button', { value: 'yes', class: danger ? 'danger' : 'primary', 'data-test': 'confirm-yes' }, yes)));
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes');
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
