// The batteries of a page: files read in the workers, labels, nominal capacities, undo.

import { call, lanes, Failure } from './bridge.js';
import { MAPPABLE } from './mapping-view.js';
import { isManifest, readManifest, inManifest, guessLabel, matchClass } from './intake.js';

/**
 * @typedef {object} Cell
 * @property {string} key unique in the page
 * @property {string} cell_id
 * @property {string} path of its file
 * @property {number} cycle wanted cycle
 * @property {number} charge_ah
 * @property {number} discharge_ah
 * @property {number|null} nominal_ah
 * @property {number|null} soh
 * @property {Float64Array|null} features
 * @property {any} curves decimated points for the figures
 * @property {string|null} label
 * @property {'manifest'|'folder'|'name'|'typed'|null} label_source
 * @property {{code: string, params?: object}|null} problem
 */

/** The standardisation unless a round says otherwise. */
export const STANDARD = { outlier_scope: 'window', n_mad: 3, median_window: 20, median_ends: 'reflect', n_points: 1000, capacity_basis: 'nominal', retirement_soh: 0.9 };
const stampOf = (protocol) => JSON.stringify(Object.entries(protocol ?? STANDARD).sort());

/** An error that a draft can keep. */
const plain = (error) => ({ code: error.code ?? 'internal', params: error.params ?? { message: String(error) } });

const byPath = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Batteries read from files. Keeps `File` handles for this visit only. */
export class Fleet {
  /**
   * `nFeatures` of a row that the round can use; 0 takes any.
   * @param {{protocol: () => any, classes: () => string[], nFeatures?: () => number, onChange: (why: string) => void}} options
   */
  constructor({ protocol, classes, nFeatures = () => 0, onChange }) {
    this.protocol = protocol;
    this.nFeatures = nFeatures;
    this.classes = classes;
    this.onChange = onChange;
    /** @type {Cell[]} */
    this.cells = [];
    /** @type {{path: string, size: number, status: string, error: any, reports: any[]}[]} */
    this.reports = [];
    this.manifest = new Map();
    this.manifestNames = [];
    this.files = new Map();
    this.work = null;
    this.isSimulated = false;
    /** Columns chosen by hand, by path, and those to try on files dropped later. */
    this.byHand = new Map();
    this.mappings = [];
    /** Take the full cycle nearest this state of health; null takes the last. */
    this.soh = null;
  }

  /** Reads dropped or picked files; bad ones are reported and never stop the others. */
  async add(entries) {
    for (const entry of entries.filter(isManifest)) {
      try {
        for (const [key, value] of (await readManifest(entry.file)).byKey) this.manifest.set(key, value);
        this.manifestNames.push(entry.path);
      } catch (error) {
        this.note({ path: entry.path, size: entry.file.size, status: 'error', error: plain(error), reports: [] });
      }
    }
    if (entries.some(isManifest)) this.applyManifest();
    const files = entries.filter((entry) => !isManifest(entry));
    if (!files.length) { this.onChange('manifest'); return; }
    await this.read(files);
  }

  async read(entries) {
    const controller = this.work?.controller ?? new AbortController();
    this.work ??= { controller, done: 0, total: 0, bytes: 0, allBytes: 0, started: performance.now(), partial: new Map(), typed: new Map() };
    const work = this.work;
    work.total += entries.length;
    work.allBytes += entries.reduce((sum, { file }) => sum + file.size, 0);
    this.onChange('progress');
    const waiting = [...entries];
    const one = async () => {
      for (let entry = waiting.shift(); entry && !controller.signal.aborted; entry = waiting.shift()) {
        await this.readOne(entry, work);
        work.done += 1;
        work.bytes += entry.file.size;
        work.partial.delete(entry.path);
        this.onChange('progress');
      }
    };
    await Promise.all(Array.from({ length: Math.min(lanes(), entries.length) }, one));
    if (work.done < work.total && !controller.signal.aborted) return; // another batch is still at work
    if (this.work === work) this.work = null;
    await this.joinFiles();
    for (const cell of this.cells) if (work.typed.has(cell.key) && cell.label_source !== 'typed') Object.assign(cell, { label: work.typed.get(cell.key), label_source: 'typed' });
    // By code point: the command line lists files so, and the order of rows is part of a ballot.
    this.cells.sort((a, b) => byPath(a.path, b.path));
    this.onChange('read');
    if (controller.signal.aborted) return;
    this.followed = '';
    await this.follow();
  }

  /** What was computed as another round or form wanted it is computed anew; without its file it is no more used. */
  async follow() {
    const now = stampOf(this.protocol());
    const isOther = (cell) => cell.curves && (cell.made ?? stampOf()) !== now;
    for (const cell of this.cells) {
      if (isOther(cell)) cell.problem = { code: 'other-protocol', params: {} };
      else if (cell.problem?.code === 'other-protocol') cell.problem = null;
    }
    if (now === this.followed) return; // they are being read, or that was cancelled
    this.followed = now;
    await this.reread(this.cells.filter(isOther).flatMap((cell) => cell.paths ?? [cell.path]));
  }

  /** `id`: the cell that an earlier reading found in the file, which a manifest may know by that name. */
  async readOne({ file, path }, work, id = null) {
    const known = inManifest(this.manifest, path, id);
    const nominal = known?.nominal_ah ?? null;
    const made = stampOf(this.protocol());
    const record = { path, size: file.size, status: 'ok', error: null, reports: [] };
    this.files.set(path, file);
    try {
      const result = await this.readMapped(file, path, known, work);
      // A manifest that knows the cell by its name, or that came meanwhile, may tell the capacity.
      const own = result.cells.length === 1 ? result.cells[0].cell_id : null;
      if ((inManifest(this.manifest, path, own)?.nominal_ah ?? null) !== nominal) { await this.readOne({ file, path }, work, own); return; }
      record.reports = result.reports;
      record.diagnostics = result.diagnostics ?? [];
      this.forget(path);
      for (const cell of result.cells) this.cells.push({ ...this.dress(cell, path), made });
      record.status = result.cells.some((cell) => cell.problem) || result.reports.some(({ findings }) => findings.length) ? 'warning' : 'ok';
    } catch (error) {
      if (error.code === 'cancelled') return;
      this.forget(path);
      record.status = 'error';
      record.error = plain(error);
    }
    this.note(record);
  }

  /** Reads a file; one that is not recognised is tried with the columns chosen for others. */
  async readMapped(file, path, known, work) {
    const read = (mapping) => call('read', { files: [this.request(file, path, known, mapping)], protocol: this.protocol() },
      { signal: work.controller.signal, onProgress: ({ bytes }) => { work.partial.set(path, bytes); this.onChange('progress'); } });
    const chosen = this.byHand.get(path);
    try {
      return await read(chosen);
    } catch (error) {
      if (chosen || !MAPPABLE.has(error.code)) throw error;
      for (const mapping of this.mappings) {
        try {
          const result = await read(mapping);
          this.byHand.set(path, mapping);
          return result;
        } catch (other) { if (other.code === 'cancelled') throw other; /* its own problem says more */ }
      }
      throw error;
    }
  }

  /** Files that were refused because their columns are not known. */
  unrecognised() {
    return this.reports.filter(({ status, error, path }) => status === 'error' && MAPPABLE.has(error?.code) && this.files.has(path)).map(({ path }) => path);
  }

  /** Reads files with columns chosen by hand; returns the function that takes it back. */
  useMapping(paths, mapping, { later }) {
    const { mappings } = this;
    const byHand = new Map(this.byHand);
    const back = this.picture(paths);
    for (const path of paths) this.byHand.set(path, mapping);
    if (later) this.mappings = [mapping, ...this.mappings.filter(({ name }) => name !== mapping.name)];
    this.reread(paths);
    return () => {
      Object.assign(this, { mappings, byHand });
      back();
    };
  }

  /** Another choice of cycle: every file at hand is read again. */
  async setSoh(soh) {
    this.soh = soh;
    const paths = this.reports.map(({ path }) => path);
    const here = paths.filter((path) => this.files.has(path));
    await this.reread(here);
    return paths.length - here.length;
  }

  async reread(paths) {
    const entries = paths.filter((path) => this.files.has(path)).map((path) => ({ path, file: this.files.get(path) }));
    if (entries.length) await this.read(entries);
  }

  note(record) {
    this.reports = this.reports.filter((report) => report.path !== record.path);
    this.reports.push(record);
  }

  request(file, path, known, mapping = this.byHand.get(path)) {
    return {
      file, name: path.split('/').pop(), nominal_ah: known?.nominal_ah ?? null, cell_id: known?.cell_id || null,
      soh: this.soh, mapping: mapping ? JSON.stringify(mapping) : null,
    };
  }

  /**
   * Several files of one cell: the latest with a whole cycle counts, as on the command line; charge
   * and discharge apart are read again together and make a cycle.
   */
  async joinFiles() {
    this.tellFoldersApart();
    const groups = Map.groupBy(this.cells, (cell) => cell.cell_id);
    for (const [cellId, cells] of groups) {
      if (new Set(cells.map(({ path }) => path)).size < 2) continue;
      const inOrder = [...cells].sort((a, b) => byPath(a.path, b.path));
      if (cells.every((cell) => Number.isFinite(cell.wall_s))) inOrder.sort((a, b) => a.wall_s - b.wall_s);
      const paths = inOrder.flatMap((cell) => cell.paths ?? [cell.path]);
      const whole = inOrder.findLast((cell) => cell.features);
      if (whole) {
        Object.assign(whole, { paths, nominal_ah: whole.nominal_ah ?? inOrder.find((cell) => cell.nominal_ah)?.nominal_ah ?? null });
        this.cells = this.cells.filter((cell) => cell === whole || !cells.includes(cell));
        continue;
      }
      if (!cells.some((cell) => cell.has_half) || paths.some((path) => !this.files.has(path))) continue;
      const files = paths.map((path) => ({ ...this.request(this.files.get(path), path, inManifest(this.manifest, path, cellId)), cell_id: cellId }));
      const made = stampOf(this.protocol());
      try {
        const [joined] = (await call('read', { files, protocol: this.protocol() })).cells;
        if (!joined?.features) continue;
        this.cells = this.cells.filter((cell) => !cells.includes(cell));
        this.cells.push({ ...this.dress(joined, paths[0]), paths, made });
        for (const path of paths) Object.assign(this.reports.find((report) => report.path === path) ?? {}, { status: 'ok' });
      } catch { /* their own problems stay listed */ }
    }
  }

  /** Whole cycles of one name in several folders are several batteries, called by their folder too. */
  tellFoldersApart() {
    const folder = ({ path }) => path.split('/').at(-2) ?? '';
    const unnamed = this.cells.filter((cell) => cell.features && !cell.is_named);
    for (const [, cells] of Map.groupBy(unnamed, (cell) => cell.cell_id)) {
      if (new Set(cells.map(folder)).size < 2) continue;
      for (const cell of cells) if (folder(cell)) cell.cell_id = `${folder(cell)}/${cell.cell_id}`;
    }
  }

  /** Another name for a cell; files of equal names are one cell. Returns the function that takes it back. */
  async rename(key, name) {
    const cell = this.cells.find((one) => one.key === key);
    if (!cell || !name.trim()) return null;
    const back = this.picture();
    const named = new Map();
    Object.assign(cell, { cell_id: name.trim(), is_named: true });
    for (const path of cell.paths ?? [cell.path]) {
      if (this.cells.filter((one) => one.path === path).length > 1) continue;
      const entry = inManifest(this.manifest, path, null);
      named.set(path.toLowerCase(), this.manifest.get(path.toLowerCase()));
      this.manifest.set(path.toLowerCase(), { labels: [], nominal_ah: cell.nominal_ah, ...entry, cell_id: cell.cell_id });
    }
    await this.joinFiles();
    this.onChange('cells');
    return () => {
      for (const [path, entry] of named) {
        if (entry) this.manifest.set(path, entry);
        else this.manifest.delete(path);
      }
      back();
    };
  }

  /**
   * Remembers the batteries at hand; returns the function that brings them back under their names.
   * What was read or changed since stays, but for files that were `reread`: those are as before.
   * @param {string[]} [reread] paths
   */
  picture(reread = []) {
    const [cells, reports] = [[...this.cells], [...this.reports]];
    const named = cells.map(({ cell_id, is_named, paths }) => ({ cell_id, is_named, paths }));
    const known = new Set([...cells, ...reports].map(({ path }) => path));
    const since = (list) => list.filter(({ path }) => !known.has(path));
    const { files } = this;
    return () => {
      if (this.files !== files) return; // all was cleared since
      const now = new Map(this.cells.filter(({ path }) => !reread.includes(path)).map((cell) => [cell.key, cell]));
      const back = cells.map((cell, i) => Object.assign(now.get(cell.key) ?? cell, named[i]));
      this.cells = [...back, ...since(this.cells)].sort((one, other) => byPath(one.path, other.path));
      this.reports = [...reports, ...since(this.reports)];
      this.onChange('cells');
    };
  }

  dress(cell, path) {
    const entry = inManifest(this.manifest, path, cell.cell_id);
    const guess = guessLabel(path, entry, this.classes());
    return {
      ...cell, cell_id: entry?.cell_id || cell.cell_id, is_named: !!entry?.cell_id, key: `${path}#${cell.cell_id}`, path,
      label: guess?.label ?? null, label_source: guess?.source ?? null, problem: cell.problem ?? null,
    };
  }

  /** A file dropped again replaces what it gave before, but for typed labels. */
  forget(path) {
    const isOf = (cell) => cell.path === path || cell.paths?.includes(path);
    for (const cell of this.cells.filter(isOf)) if (cell.label_source === 'typed') this.work?.typed.set(cell.key, cell.label);
    this.cells = this.cells.filter((cell) => !isOf(cell));
  }

  cancel() {
    this.work?.controller.abort();
    this.work = null;
    this.onChange('cancelled');
  }

  /** A manifest that comes after the files labels them, and re-reads those whose capacity it tells. */
  applyManifest() {
    const again = new Map();
    for (const cell of this.cells) {
      const entry = inManifest(this.manifest, cell.path, cell.cell_id);
      if (!entry) continue;
      if (cell.label_source !== 'typed') {
        const guess = guessLabel(cell.path, entry, this.classes());
        if (guess) Object.assign(cell, { label: guess.label, label_source: guess.source });
      }
      if (entry.cell_id) cell.cell_id = entry.cell_id;
      if (entry.nominal_ah && entry.nominal_ah !== cell.nominal_ah && this.files.has(cell.path)) {
        again.set(cell.path, { file: this.files.get(cell.path), path: cell.path });
      }
    }
    for (const report of this.reports) {
      if (report.status !== 'error' || !this.files.has(report.path)) continue;
      if (inManifest(this.manifest, report.path, null)) again.set(report.path, { file: this.files.get(report.path), path: report.path });
    }
    if (again.size) this.read([...again.values()]);
  }

  /** Labels guessed again after another round gave other classes. */
  relabel() {
    for (const cell of this.cells) {
      if (cell.label_source === 'typed') continue;
      const guess = guessLabel(cell.path, inManifest(this.manifest, cell.path, cell.cell_id), this.classes());
      Object.assign(cell, { label: guess?.label ?? cell.label, label_source: guess?.source ?? cell.label_source });
    }
  }

  /** Sets a label; returns the function that takes it back. */
  setLabel(keys, label, why = 'labels') {
    const chosen = this.cells.filter((cell) => keys.has(cell.key));
    const before = chosen.map((cell) => [cell, cell.label, cell.label_source]);
    for (const cell of chosen) Object.assign(cell, { label: matchClass(label, this.classes()) ?? (label.trim() || null), label_source: 'typed' });
    this.onChange(why);
    return () => {
      for (const [cell, old, source] of before) Object.assign(cell, { label: old, label_source: source });
      this.onChange('labels');
    };
  }

  /** Takes cells out; returns the function that brings them back. */
  remove(keys) {
    const back = this.picture();
    const gone = new Set(this.cells.filter((cell) => keys.has(cell.key)).map((cell) => cell.path));
    this.cells = this.cells.filter((cell) => !keys.has(cell.key));
    const left = new Set(this.cells.map((cell) => cell.path));
    this.reports = this.reports.filter((report) => left.has(report.path) || !gone.has(report.path));
    this.onChange('cells');
    return back;
  }

  /** Sets the nominal capacity and reads those files again: features depend on it. */
  async setNominal(keys, nominal_ah) {
    const chosen = this.cells.filter((cell) => keys.has(cell.key));
    const paths = new Set();
    for (const cell of chosen) {
      const entry = inManifest(this.manifest, cell.path, null);
      if (entry) entry.nominal_ah = nominal_ah;
      else this.manifest.set(cell.path.toLowerCase(), { cell_id: '', labels: cell.label ? [cell.label] : [], ...inManifest(this.manifest, cell.path, cell.cell_id), nominal_ah });
      if (this.files.has(cell.path)) paths.add(cell.path);
    }
    await this.reread([...paths]);
    this.onChange('nominal');
    return chosen.length - [...chosen].filter((cell) => !paths.has(cell.path)).length;
  }

  /** Cells that gave features. */
  usable() {
    return this.cells.filter((cell) => cell.features && !cell.problem);
  }

  /** Whether a cell is of another kind of test than the round asks about. */
  isOfOtherKind({ features }) {
    return !!features && this.nFeatures() > 0 && features.length !== this.nFeatures();
  }

  /** Usable cells with a label of the round. */
  labelled() {
    const classes = this.classes();
    return this.usable().filter((cell) => classes.includes(cell.label) && !this.isOfOtherKind(cell));
  }

  /** Batteries per class of the round, in its order. */
  perClass() {
    return this.classes().map((name) => ({ name, n: this.labelled().filter((cell) => cell.label === name).length }));
  }

  rawBytes() {
    return this.reports.reduce((sum, { size }) => sum + size, 0);
  }

  /** What a draft keeps: no `File` and no raw row. */
  toDraft() {
    return { cells: this.cells, reports: this.reports, manifest: [...this.manifest], manifestNames: this.manifestNames, isSimulated: this.isSimulated, byHand: [...this.byHand], mappings: this.mappings, soh: this.soh };
  }

  fromDraft(draft) {
    this.cells = draft.cells ?? [];
    this.reports = draft.reports ?? [];
    this.manifest = new Map(draft.manifest ?? []);
    this.manifestNames = draft.manifestNames ?? [];
    this.isSimulated = draft.isSimulated ?? false;
    this.byHand = new Map(draft.byHand ?? []);
    this.mappings = draft.mappings ?? [];
    this.soh = draft.soh ?? null;
  }

  clear() {
    this.work?.controller.abort();
    this.work = null;
    this.fromDraft({});
    this.files = new Map();
    this.onChange('cells');
  }

  /** Features of some cells as one matrix, row by row. */
  static matrix(cells) {
    const p = cells[0]?.features.length ?? 0;
    const values = new Float64Array(cells.length * p);
    cells.forEach(({ features }, i) => {
      if (features.length !== p) throw new Failure('table-ragged', { row: i + 1, found: features.length, expected: p });
      values.set(features, i * p);
    });
    return values;
  }
}
