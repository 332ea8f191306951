// The identity panel of both pages: make, restore, check, compare, share, destroy.

import { h, fill, download, fileName } from './dom.js';
import { t, date, currentLanguage } from './i18n.js';
import { createIdentity, restoreIdentity, checkIdentity, keepIdentity, destroyIdentity, identities, publicPart } from './keys.js';
import { wholeText } from './intake.js';
import { errorBox, notify, confirmDialog, announce } from './shell.js';
import { call } from './bridge.js';

/** Keeps one chosen identity per page. */
export class IdentityPanel {
  /** @param {HTMLElement} host @param {{role: 'collaborator'|'recycler', onChange: () => void}} options */
  constructor(host, { role, onChange }) {
    this.host = host;
    this.role = role;
    this.onChange = onChange;
    /** @type {import('./keys.js').Identity|null} */
    this.identity = null;
    this.known = [];
    this.words = new Map();
    this.error = null;
    this.busy = null;
    // An open form is one element that outlives every redraw: what was typed stays, and so does the focus.
    this.form = null;
    this.status = h('div');
    this.below = h('div');
    host.replaceChildren(this.status, this.below);
  }

  async start() {
    try { this.known = await identities(this.role); } catch (error) { this.error = { code: 'storage', params: { message: String(error?.message ?? error) } }; }
    this.identity ??= this.known[0] ?? null;
    this.changed();
  }

  async changed() {
    const kid = this.identity?.kid;
    this.render();
    this.onChange();
    if (!kid || this.words.has(kid)) return;
    // The words need the engine; the panel need not wait for it.
    try { this.words.set(kid, await call('fingerprint', { kid })); } catch { this.words.set(kid, []); }
    this.render();
  }

  render() {
    fill(this.status, this.error ? errorBox(this.error, 'identity-error') : null, this.busy ? h('p', { role: 'status' }, h('progress', { 'aria-label': this.busy }), ' ', this.busy) : null,
      this.identity ? this.card() : this.form ? null : h('p', t(`identity.none.${this.role}`)));
    if (this.form && this.language !== currentLanguage()) this.translateForm();
    if (!this.form) fill(this.below, this.buttons());
    else if (this.below.firstChild !== this.form) fill(this.below, this.form);
    for (const control of this.form?.querySelectorAll('button') ?? []) control.disabled = !!this.busy;
  }

  /** @param {() => HTMLElement} make */
  open(make) {
    this.make = make;
    this.language = currentLanguage();
    this.form = make();
    this.error = null;
    this.render();
    this.form.querySelector('input').focus();
  }

  /** The same form in the new language; what was typed moves over (a chosen file cannot). */
  translateForm() {
    const typed = [...this.form.querySelectorAll('input:not([type=file])')].map((input) => input.value);
    this.language = currentLanguage();
    this.form = this.make();
    this.form.querySelectorAll('input:not([type=file])').forEach((input, i) => { input.value = typed[i]; });
  }

  card() {
    const { name, kid, created, backedUp } = this.identity;
    return h('div.card', { 'data-test': 'identity' },
      this.known.length > 1 ? h('label', t('identity.choose'), h('select', { 'data-test': 'identity-choose', onchange: (event) => { this.identity = this.known.find((one) => one.kid === event.target.value); this.changed(); } }, this.known.map((one) => h('option', { value: one.kid, selected: one.kid === kid }, `${one.name} · ${one.kid.slice(0, 8)}`)))) : null,
      h('dl.facts', h('div', h('dt', t('identity.name')), h('dd', h('strong', name))),
        h('div', h('dt', t('identity.words')), h('dd', fingerprintWords(this.words.get(kid) ?? []))),
        h('div', h('dt', t('identity.kid')), h('dd', h('code.wrap', kid))),
        h('div', h('dt', t('identity.created')), h('dd', date(created)))),
      backedUp ? null : h('p.message.warn', t('identity.not-backed-up')));
  }

  buttons() {
    return h('div.actions',
      h('button', { type: 'button', class: this.identity ? '' : 'primary', 'data-test': 'identity-new', disabled: !!this.busy, onclick: () => this.open(() => this.createForm()) }, t('identity.create')),
      h('button', { type: 'button', 'data-test': 'identity-restore', disabled: !!this.busy, onclick: () => this.open(() => this.restoreForm()) }, t('identity.restore')),
      this.identity ? [
        h('button.quiet', { type: 'button', 'data-test': 'identity-public', onclick: () => download(`${fileName(this.identity.name)}.public.json`, JSON.stringify(publicPart(this.identity), null, 1)) }, t('identity.public')),
        h('button.quiet', { type: 'button', 'data-test': 'identity-check', onclick: () => this.check() }, t('identity.check')),
        h('button.quiet.danger', { type: 'button', 'data-test': 'identity-destroy', onclick: () => this.destroy() }, t('identity.destroy')),
      ] : null);
  }

  createForm() {
    const name = h('input', { type: 'text', required: true, maxlength: '80', 'data-test': 'identity-name', autocomplete: 'organization' });
    const one = h('input', { type: 'password', minlength: '8', 'data-test': 'identity-passphrase', autocomplete: 'new-password' });
    const two = h('input', { type: 'password', 'data-test': 'identity-passphrase-again', autocomplete: 'new-password' });
    return h('form.card', {
      'data-test': 'identity-form', oninput: () => two.setCustomValidity(''), onsubmit: (event) => {
        event.preventDefault();
        two.setCustomValidity(one.value === two.value ? '' : t('identity.differ'));
        if (!two.reportValidity() || !name.value.trim()) return;
        this.create(name.value.trim(), one.value || null);
      },
    },
    h('label', t('identity.your-name'), name, h('small', t('identity.name-help'))),
    h('div.fields', h('label', t('identity.passphrase'), one, h('small', t('identity.passphrase-help'))), h('label', t('identity.again'), two)),
    h('div.actions', h('button.primary', { 'data-test': 'identity-create' }, t('identity.make')), this.cancelButton()));
  }

  restoreForm() {
    const file = h('input', { type: 'file', accept: '.json,application/json', required: true, 'data-test': 'identity-file' });
    const passphrase = h('input', { type: 'password', required: true, 'data-test': 'identity-restore-passphrase', autocomplete: 'current-password' });
    return h('form.card', {
      onsubmit: (event) => {
        event.preventDefault();
        if (file.files[0]) this.run(t('identity.restoring'), async () => this.adopt(await restoreIdentity(await wholeText(file.files[0]), passphrase.value)));
      },
    }, h('label', t('identity.file'), file), h('label', t('identity.passphrase'), passphrase),
    h('div.actions', h('button.primary', { 'data-test': 'identity-restore-go' }, t('identity.restore')), this.cancelButton()));
  }

  cancelButton() {
    return h('button.quiet', { type: 'button', onclick: () => { this.form = null; this.render(); } }, t('cancel'));
  }

  create(name, passphrase) {
    return this.run(t('identity.making'), async () => {
      const { identity, backup } = await createIdentity(name, passphrase);
      await this.adopt(identity);
      if (backup) download(`${fileName(name)}.identity.json`, backup);
      notify(t(backup ? 'identity.made-backup' : 'identity.made', { name }));
    });
  }

  async adopt(identity) {
    try { await keepIdentity(this.role, identity); } catch (error) { this.error = { code: 'storage', params: { message: String(error?.message ?? error) } }; }
    this.known = [identity, ...this.known.filter((one) => one.kid !== identity.kid)];
    this.identity = identity;
    this.form = null;
  }

  async run(text, action) {
    const before = this.identity;
    this.busy = text;
    this.error = null;
    announce(text);
    this.render();
    try { await action(); } catch (error) { this.error = error; }
    this.busy = null;
    if (this.identity === before) this.render();
    else await this.changed();
  }

  check() {
    return this.run(t('identity.checking'), async () => {
      if (!await checkIdentity(this.identity)) throw Object.assign(new Error(), { code: 'identity-broken', params: {} });
      notify(t('identity.works'));
    });
  }

  async destroy() {
    if (!await confirmDialog(t('identity.destroy'), t('identity.destroy-ask', { name: this.identity.name }), t('identity.destroy'), { danger: true })) return;
    await destroyIdentity(this.role, this.identity);
    this.known = this.known.filter((one) => one.kid !== this.identity.kid);
    this.identity = this.known[0] ?? null;
    await this.changed();
  }
}

/** Fingerprint words in groups, for reading over the phone. */
export const fingerprintWords = (list) => (list.length ? h('span.words', { 'data-test': 'fingerprint' }, list.map((word) => h('b', word))) : h('span.faint', '–'));
