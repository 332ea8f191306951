// Elements without a framework: one builder, a few finders, downloads.

const SVG = 'http://www.w3.org/2000/svg';
const SVG_TAGS = new Set(['svg', 'path', 'rect', 'line', 'circle', 'title', 'g', 'text']);

/**
 * Builds an element. `spec` is `tag.class.class#id`; attributes whose names start with `on` become
 * listeners, `true` a bare attribute, `false`, `null` and `undefined` nothing. Strings become text
 * nodes, so nothing that a file contains is ever parsed as markup.
 *
 * @param {string} spec
 * @param {Record<string, any> | Node | string | null} [attributes]
 * @param {...any} children
 * @returns {any}
 */
export function h(spec, attributes, ...children) {
  const [, tag, rest] = /^([a-z0-9-]+)(.*)$/i.exec(spec) ?? [null, 'div', spec];
  const element = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const part of rest.match(/[.#][^.#]+/g) ?? []) {
    if (part[0] === '#') element.id = part.slice(1);
    else element.classList.add(part.slice(1));
  }
  const isAttributes = attributes !== null && typeof attributes === 'object'
    && !(attributes instanceof Node) && !Array.isArray(attributes);
  if (isAttributes) setAttributes(element, attributes);
  else children.unshift(attributes);
  append(element, children);
  return element;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') for (const one of String(value).split(' ').filter(Boolean)) element.classList.add(one);
    else if (name === 'value' || name === 'checked' || name === 'indeterminate') element[name] = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

function append(element, children) {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** Replaces what an element holds; focus, open details and scroll positions stay where they were. */
export function fill(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.getAttribute('data-test') ?? focused?.id;
  const row = focused?.closest('[data-row]')?.dataset.row;
  const selection = focused && 'selectionStart' in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  const scrolled = [...element.querySelectorAll('[data-scroll]')].map((one) => [one.dataset.scroll, one.scrollTop, one.scrollLeft]);
  const nameOf = ({ dataset: { test, key: of } }) => `${test} ${of}`;
  const opened = new Set([...element.querySelectorAll('details[open][data-test]')].map(nameOf));
  element.replaceChildren();
  append(element, children);
  for (const one of element.querySelectorAll('details[data-test]')) if (opened.has(nameOf(one))) one.open = true;
  for (const [name, top, left] of scrolled) {
    const again = element.querySelector(`[data-scroll="${name}"]`);
    if (again) again.scrollTo(left, top);
  }
  if (!key) return;
  // Every row has the same controls.
  const scope = row === undefined ? element : element.querySelector(`[data-row="${CSS.escape(row)}"]`);
  const again = scope?.querySelector(`[data-test="${CSS.escape(key)}"]`) ?? (row === undefined ? byId(key) : null);
  if (!again || again === document.activeElement) return;
  again.focus({ preventScroll: true });
  if (selection?.[0] !== null && selection && 'setSelectionRange' in again) {
    try { again.setSelectionRange(selection[0], selection[1]); } catch { /* not a text field */ }
  }
}

/** Hands a file to the browser's own save dialog. */
export function download(name, data, type = 'application/json') {
  const url = URL.createObjectURL(data instanceof Blob ? data : new Blob([data], { type }));
  const anchor = h('a', { href: url, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name that every file system takes. */
export const fileName = (text) => text.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'voltvote';
