// Files from drops and pickers, folders walked, manifests read, labels guessed from names.

import { call, Failure } from './bridge.js';

/** @typedef {{file: File, path: string}} Entry */

const IGNORED = /(^|\/)(\.[^/]*|thumbs\.db|desktop\.ini|__macosx\/.*)$/i;
const MANIFEST = /(^|\/)[^/]*manifest[^/]*\.csv$/i;

/** All files of a drop, folders walked in name order. @returns {Promise<Entry[]>} */
export async function fromDrop(transfer) {
  const roots = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!roots.length) return fromList(transfer.files);
  const entries = [];
  const walk = async (entry, prefix) => {
    if (entry.isFile) {
      // One that cannot be read stops no other: it is reported as empty.
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => new File([], entry.name));
      entries.push({ file, path: prefix + entry.name });
      return;
    }
    const reader = entry.createReader();
    const children = [];
    for (;;) { // readEntries gives at most 100 at a time
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) break;
      children.push(...some);
    }
    children.sort((a, b) => a.name.localeCompare(b.name));
    for (const child of children) await walk(child, `${prefix}${entry.name}/`);
  };
  for (const root of roots) await walk(root, '');
  return entries.filter(({ path }) => !IGNORED.test(path));
}

/** All files of a picker. @returns {Entry[]} */
export const fromList = (files) => [...files]
  .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
  .filter(({ path }) => !IGNORED.test(path));

export const isManifest = ({ path }) => MANIFEST.test(path);

/** More than any file of a round may have; the core refuses what is longer. */
const MOST_TEXT = (32 << 20) + 1;

/** The text of a round, a ballot, a board: never more of it than could be one. */
export const wholeText = (file) => file.slice(0, MOST_TEXT).text().catch(() => { throw new Failure('file-unreadable'); });

/**
 * Makes an element take drops and its file inputs take picks.
 * @param {HTMLElement} zone
 * @param {(entries: Entry[]) => void} onEntries
 */
export function acceptFiles(zone, onEntries) {
  let depth = 0;
  const mark = (by) => { depth = Math.max(0, depth + by); zone.classList.toggle('over', depth > 0); };
  zone.addEventListener('dragenter', (event) => { event.preventDefault(); mark(1); });
  zone.addEventListener('dragover', (event) => { event.preventDefault(); event.dataTransfer.dropEffect = 'copy'; });
  zone.addEventListener('dragleave', () => mark(-1));
  zone.addEventListener('drop', async (event) => {
    event.preventDefault();
    depth = 0;
    mark(0);
    const entries = await fromDrop(event.dataTransfer);
    if (entries.length) onEntries(entries);
  });
  for (const input of zone.querySelectorAll('input[type=file]')) {
    input.addEventListener('change', () => {
      const entries = fromList(input.files);
      input.value = ''; // the same file may be picked again
      if (entries.length) onEntries(entries);
    });
  }
}

/** A file dropped beside the zones must not make the browser leave the page. */
export function refuseStrayDrops() {
  for (const kind of ['dragover', 'drop']) addEventListener(kind, (event) => event.preventDefault());
}

/**
 * What a manifest says about files and cells, read by the core.
 * @param {Blob} file
 * @returns {Promise<{rows: {cell_id: string, labels: string[], nominal_ah: number|null}[], byKey: Map<string, any>}>}
 *   `byKey` by file name and by cell id, lower case
 */
export async function readManifest(file) {
  const byKey = new Map();
  const rows = [];
  for (const row of await call('manifest', { bytes: new Uint8Array(await file.arrayBuffer()) })) {
    const { cathode, maker } = row;
    const labels = [row.class, cathode, cathode && maker ? `${cathode} ${maker}` : ''].filter(Boolean);
    const entry = { cell_id: row.cell_id, labels, nominal_ah: row.nominal_ah ?? null, soh: row.soh ?? null };
    rows.push(entry);
    for (const key of [row.file, row.file.split('/').pop(), row.cell_id]) if (key) byKey.set(key.toLowerCase(), entry);
  }
  return { rows, byKey };
}

/** The entry of a manifest for a file or cell. */
export const inManifest = (manifest, path, cellId) => manifest.get(path.toLowerCase())
  ?? manifest.get(path.split('/').pop().toLowerCase()) ?? manifest.get((cellId ?? '').toLowerCase()) ?? null;

const plain = (text) => text.toUpperCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** The class of the round with this name, whatever its case and punctuation; or null. */
export function matchClass(label, classes) {
  const wanted = plain(label);
  return classes.find((name) => name.toUpperCase() === label.trim().toUpperCase()) ?? classes.find((name) => plain(name) === wanted) ?? null;
}

/**
 * A label for a file: manifest first, then the nearest folder named like a class, then a class
 * named in the file's own name (longest name first).
 * @returns {{label: string, source: 'manifest'|'folder'|'name'} | null}
 */
export function guessLabel(path, entry, classes) {
  for (const label of entry?.labels ?? []) {
    const name = matchClass(label, classes);
    if (name) return { label: name, source: 'manifest' };
  }
  if (entry?.labels.length) return { label: entry.labels[0], source: 'manifest' };
  const parts = path.split('/');
  const file = parts.pop();
  for (const folder of parts.reverse()) {
    const name = matchClass(folder, classes);
    if (name) return { label: name, source: 'folder' };
  }
  const words = ` ${plain(file)} `;
  const named = [...classes].sort((a, b) => b.length - a.length).find((name) => words.includes(` ${plain(name)} `));
  return named ? { label: named, source: 'name' } : null;
}
