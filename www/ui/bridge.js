// The page's side of the worker: {engine} once, then {id, op, args} out; {id, progress | result | error} back.
// Cancelling terminates the worker that runs the job, so even a long computation stops at once.

import { engineModule, newWorker } from './packed.js';

/** An error that crossed the boundary: a code and its parameters, words live in `text/`. */
export class Failure extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

class Lane {
  constructor() {
    this.worker = null;
    this.job = null;
  }

  async run(job, onFree) {
    this.job = job;
    this.onFree = onFree;
    try {
      const engine = this.worker ? null : await engineModule();
      if (this.job !== job) return; // cancelled meanwhile
      if (!this.worker) {
        this.worker = this.start();
        this.worker.postMessage({ engine });
      }
      this.worker.postMessage({ id: job.id, op: job.op, args: job.args }, job.transfer);
    } catch (error) {
      this.stop(error instanceof Failure ? error : new Failure('internal', { message: String(error?.message ?? error) }));
    }
  }

  /** Starts the worker before there is a job for it. */
  async warmUp() {
    const engine = await engineModule();
    if (this.worker || this.job) return;
    this.worker = this.start();
    this.worker.postMessage({ engine });
  }

  start() {
    const worker = newWorker();
    worker.onmessage = ({ data }) => {
      const job = this.job;
      if (!job || data.id !== job.id) return;
      if ('progress' in data) {
        job.onProgress?.(data.progress);
        return;
      }
      this.finish();
      if ('error' in data) job.reject(new Failure(data.error.code, data.error.params));
      else job.resolve(data.result);
      this.onFree();
    };
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.stop(new Failure('worker-stopped', { message: event.message ?? '' }));
    };
    return worker;
  }

  finish() {
    this.job = null;
  }

  /** Terminates the worker; the next job gets a new one. */
  stop(reason) {
    const job = this.job;
    this.worker?.terminate();
    this.worker = null;
    this.finish();
    job?.reject(reason);
    this.onFree?.();
  }
}

/** A small pool of plain workers. No shared memory, so any static host serves. */
export class Pool {
  constructor(size = Math.max(1, Math.min(4, (navigator.hardwareConcurrency ?? 2) - 1 || 1))) {
    this.lanes = Array.from({ length: size }, () => new Lane());
    this.queue = [];
    this.lastId = 0;
  }

  /**
   * @param {string} op
   * @param {any} args structured-cloneable
   * @param {{onProgress?: (p: any) => void, signal?: AbortSignal, transfer?: Transferable[]}} [options]
   * @returns {Promise<any>}
   */
  call(op, args, { onProgress, signal, transfer = [] } = {}) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) { reject(new Failure('cancelled')); return; }
      this.lastId += 1;
      const job = { id: this.lastId, op, args, transfer, onProgress, resolve, reject };
      signal?.addEventListener('abort', () => this.abort(job), { once: true });
      this.queue.push(job);
      this.next();
    });
  }

  abort(job) {
    const lane = this.lanes.find((one) => one.job === job);
    if (lane) { lane.stop(new Failure('cancelled')); return; }
    const waiting = this.queue.indexOf(job);
    if (waiting >= 0) {
      this.queue.splice(waiting, 1);
      job.reject(new Failure('cancelled'));
    }
  }

  next() {
    for (const lane of this.lanes) {
      if (lane.job) continue;
      const job = this.queue.shift();
      if (!job) return;
      lane.run(job, () => this.next());
    }
  }
}

let pool = null;

/** The page's pool, started when first needed. @param {string} op @param {any} args @param {object} [options] */
export const call = (op, args, options) => (pool ??= new Pool()).call(op, args, options);

/** How many files may be in work at once. */
export const lanes = () => (pool ??= new Pool()).lanes.length;

/** Starts the engine while the user still looks for files; a fault shows at the first call. */
export const warmUp = () => {
  pool ??= new Pool();
  (window.requestIdleCallback ?? setTimeout)(() => { pool.lanes[0].warmUp().catch(() => {}); });
};
