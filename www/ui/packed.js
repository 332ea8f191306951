// What the packer put into this page: the engine and the text of the worker (xtask/src/pack.rs).

import { unpack } from './unpack.js';

const text = (id) => document.getElementById(id).textContent;
const addressOf = (script) => URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));

/** Unpacks and compiles beside the page, which stays free meanwhile. */
const UNPACKER = `onmessage = async ({ data }) => {
  try { postMessage(await WebAssembly.compile((${unpack})(data))); } catch (error) { postMessage(String(error)); }
};`;

let compiling;
let address;

/**
 * The engine, compiled once for all workers of the page.
 * @returns {Promise<WebAssembly.Module>}
 */
export function engineModule() {
  compiling ??= new Promise((resolve, reject) => {
    const worker = new Worker(addressOf(UNPACKER));
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if (data instanceof WebAssembly.Module) resolve(data);
      else reject(new Error(data));
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(Uint8Array.from(atob(text('packed-engine')), (c) => c.charCodeAt(0)));
  });
  return compiling;
}

/**
 * A new worker from a blob: such a worker inherits the policy of the page, so nothing leaves it.
 * @returns {Worker}
 */
export function newWorker() {
  address ??= addressOf(text('packed-worker'));
  return new Worker(address);
}
