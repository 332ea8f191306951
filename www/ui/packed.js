// What the packer put into this page: the engine and the text of the worker (xtask/src/pack.rs).

const text = (id) => document.getElementById(id).textContent;

let compiling;
let address;

/**
 * The engine, compiled once for all workers of the page.
 * @returns {Promise<WebAssembly.Module>}
 */
export function engineModule() {
  compiling ??= (async () => {
    const packed = Uint8Array.from(atob(text("packed-engine")), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const response = new Response(stream, { headers: { "Content-Type": "application/wasm" } });
    return WebAssembly.compileStreaming(response);
  })();
  return compiling;
}

/**
 * A new worker from a blob: such a worker inherits the policy of the page, so nothing leaves it.
 * @returns {Worker}
 */
export function newWorker() {
  address ??= URL.createObjectURL(new Blob([text("packed-worker")], { type: "text/javascript" }));
  return new Worker(address);
}
