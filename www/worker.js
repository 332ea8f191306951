// The worker: {engine} once, then {id, op, args} in, {id, progress | result | error} out. It holds no
// state between jobs, so cancelling (termination) loses nothing.

import init, * as core from 'voltvote';

let started = null;

self.onmessage = async ({ data }) => {
  if ('engine' in data) {
    started = init({ module_or_path: data.engine });
    return;
  }
  const { id, op, args } = data;
  try {
    await started;
    const run = OPS[op];
    if (!run) throw { code: 'internal', params: { message: `no operation ${op}` } };
    const { result, transfer = [] } = wrap(await run(args, (progress) => postMessage({ id, progress })));
    postMessage({ id, result }, transfer);
  } catch (error) {
    postMessage({ id, error: coded(error) });
  }
};

/** An error of the core is `{code, params}`; anything else is a fault of ours and says so. */
function coded(error) {
  if (typeof error?.code === 'string' && !(error instanceof DOMException)) return { code: error.code, params: error.params ?? {} };
  if (error instanceof DOMException && error.name === 'NotReadableError') return { code: 'file-unreadable', params: {} };
  return { code: 'internal', params: { message: String(error?.message ?? error) } };
}

const wrap = (value) => (value && typeof value === 'object' && 'transfer' in value && 'result' in value ? value : { result: value });

const OPS = {};
