// When things happen: soon, once, settled, one after another.

/** Lets the browser paint before work that may take a few milliseconds. */
export const nextFrame = () => new Promise((resolve) => {
  requestAnimationFrame(() => setTimeout(resolve, 0));
  setTimeout(resolve, 100); // a hidden tab gets no frames
});

/** Calls `f` within `delay` ms of a request, however many more follow. */
export function soon(f, delay) {
  let timer = 0;
  return () => {
    timer ||= setTimeout(() => { timer = 0; f(); }, delay);
  };
}

/** Calls `f` once, `delay` ms after the last request. */
export function debounced(f, delay) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), delay);
  };
}

let isPointerDown = false;
const waiting = [];
addEventListener('pointerdown', () => { isPointerDown = true; }, true);
for (const kind of ['pointerup', 'pointercancel']) {
  addEventListener(kind, () => {
    isPointerDown = false;
    setTimeout(() => { for (const action of waiting.splice(0)) action(); }, 0);
  }, true);
}

/**
 * Runs an action that replaces controls once focus and click have arrived: a field that changes
 * because the user goes on to the next must not pull that one away.
 */
export function settled(action) {
  if (isPointerDown) waiting.push(action);
  else setTimeout(action, 0);
}

/**
 * Work in the order asked for, each once what was asked before it is done, whether that went well
 * or not.
 * @returns {<T>(work: () => T) => Promise<Awaited<T>>}
 */
export function oneByOne() {
  let last = Promise.resolve();
  return (work) => {
    last = last.then(() => work(), () => work());
    return last;
  };
}

let typed = null;
const afterwards = new Map();
addEventListener('input', ({ target }) => { if (target.type === 'text' || target.type === 'number') typed = target; }, true);
for (const kind of ['change', 'focusout']) {
  addEventListener(kind, ({ target }) => {
    if (target !== typed) return;
    typed = null;
    settled(() => {
      const actions = [...afterwards.values()];
      afterwards.clear();
      for (const action of actions) action();
    });
  }, true);
}

/** Draws a host anew at once, or as soon as no field in it is half typed. */
export function onceTyped(host, draw) {
  if (typed && host.contains(typed)) afterwards.set(host, draw);
  else draw();
}
