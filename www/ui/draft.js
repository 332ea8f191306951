// The draft of a page: everything but raw files and keys. It is kept soon after a change, and when
// the page is left as far as the browser still lets it. Storage that fails must not disturb the work.

import { load, save, remove } from './store.js';

const VERSION = 1;
const DELAY_MS = 400;

export class Draft {
  /** @param {'collaborate'|'recycle'} page @param {() => object|null|undefined} collect null: nothing to keep; undefined: what is kept stays */
  constructor(page, collect) {
    this.page = page;
    this.collect = collect;
    this.timer = 0;
    // Until the last visit's draft is back, a half-filled page must not take its place.
    this.isBack = false;
    for (const kind of ['visibilitychange', 'pagehide']) addEventListener(kind, () => { if (this.timer) this.write(); });
  }

  /** What the last visit left, or null: then changes are kept at once, else from `begin` on. */
  async last() {
    const draft = await load('drafts', this.page).catch(() => null);
    this.isBack = draft?.version !== VERSION;
    return this.isBack ? null : draft;
  }

  /** What the page holds now is what to keep, and so is every change from now on. */
  begin() {
    this.isBack = true;
    this.keep();
  }

  keep() {
    if (this.isBack) this.timer ||= setTimeout(() => this.write(), DELAY_MS);
  }

  async write() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.isBack) return;
    const kept = this.collect();
    if (kept) await save('drafts', this.page, { version: VERSION, ...kept }).catch(() => {});
    else if (kept === null) await remove('drafts', this.page).catch(() => {});
  }

  remove() {
    this.isBack = true;
    return remove('drafts', this.page).catch(() => {});
  }
}
