// Tables: sortable headers, pages of rows, expandable rows, a container that scrolls by itself.

import { h, fill } from './dom.js';
import { t, number } from './i18n.js';

/** Time for one slice of rows, and rows that are there at once. */
const SLICE_MS = 10;
const FIRST_ROWS = 8;

/**
 * @typedef {{key: string, label: string, cell: (row: any) => any, sort?: (row: any) => any,
 *   numeric?: boolean, class?: string, header?: boolean, head?: () => any}} Column
 */

/**
 * A table over many rows: only a page of them is in the document.
 *
 * @param {{test: string, caption: string, columns: Column[], rows: any[], rowKey: (row: any) => string,
 *   rowClass?: (row: any) => string, expand?: (row: any) => any, pageSize?: number,
 *   view: {page: number, sort: string|null, down: boolean, open: Set<string>}, onView: () => void}} options
 */
export function dataTable({ test, caption, columns, rows, rowKey, rowClass, expand, pageSize = 60, view, onView }) {
  const sorter = columns.find((column) => column.key === view.sort)?.sort;
  const sorted = sorter ? [...rows].sort((a, b) => compare(sorter(a), sorter(b)) * (view.down ? -1 : 1)) : rows;
  const pages = Math.max(1, Math.ceil(sorted.length / pageSize));
  view.page = Math.min(view.page, pages - 1);
  const shown = sorted.slice(view.page * pageSize, (view.page + 1) * pageSize);
  const body = h('tbody');
  fillRows(body, shown, (row) => appendRow(body, row));

  function appendRow(parent, row) {
    const key = rowKey(row);
    const cells = columns.map((column) => h(column.header ? 'th' : 'td', {
      'data-column': column.key, scope: column.header ? 'row' : null, class: [column.numeric ? 'number' : '', column.class ?? ''].join(' '),
    }, column.cell(row)));
    const line = h('tr', { 'data-row': key, class: rowClass?.(row) ?? '' }, cells);
    if (!expand) { parent.append(line); return; }
    const button = h('button.quiet.expander', {
      type: 'button', 'aria-expanded': 'false', 'aria-label': t('table.details', { name: key }), 'data-test': `${test}-expand`,
    }, '▸');
    line.prepend(h('td.expander-cell', button));
    parent.append(line);
    let detail = null;
    const toggle = (open) => {
      button.setAttribute('aria-expanded', String(open));
      button.textContent = open ? '▾' : '▸';
      if (open) {
        view.open.add(key);
        detail = h('tr.detail', h('td', { colspan: columns.length + 1, 'data-row': `detail:${key}` }, expand(row)));
        line.after(detail);
      } else {
        view.open.delete(key);
        detail?.remove();
      }
    };
    button.addEventListener('click', () => toggle(button.getAttribute('aria-expanded') !== 'true'));
    if (view.open.has(key)) toggle(true);
  }

  const head = columns.map((column) => {
    const direction = view.sort === column.key ? (view.down ? 'descending' : 'ascending') : null;
    const label = column.head ? column.head() : column.sort
      ? h('button.sorter', {
        type: 'button', 'data-test': `${test}-sort-${column.key}`,
        onclick: () => {
          view.down = view.sort === column.key ? !view.down : false;
          view.sort = column.key;
          onView();
        },
      }, column.label, h('span.sort-mark', { 'aria-hidden': 'true' }, direction ? (view.down ? '▾' : '▴') : ''))
      : column.label;
    return h('th', { scope: 'col', 'aria-sort': direction, class: [column.numeric ? 'number' : '', column.class ?? ''].join(' ') }, label);
  });
  if (expand) head.unshift(h('th.expander-cell', h('span.hidden', t('table.more'))));
  const table = h('table', { 'data-test': test }, h('caption.hidden', caption), h('thead', h('tr', head)), body);
  const pager = pages > 1
    ? h('nav.pager', { 'aria-label': t('table.pages') },
      h('button.small', { type: 'button', disabled: view.page === 0, onclick: () => { view.page -= 1; onView(); }, 'data-test': `${test}-prev` }, t('table.prev')),
      h('span', t('table.page', { from: view.page * pageSize + 1, to: view.page * pageSize + shown.length, of: sorted.length })),
      h('button.small', { type: 'button', disabled: view.page >= pages - 1, onclick: () => { view.page += 1; onView(); }, 'data-test': `${test}-next` }, t('table.next')))
    : null;
  return h('div', scrolling(caption, table, test), pager);
}

/** Rows in slices that fit into a frame: a long table never holds up the page. */
function fillRows(body, rows, append) {
  let next = 0;
  const slice = (least) => {
    const end = performance.now() + SLICE_MS;
    for (let i = 0; next < rows.length && (i < least || performance.now() < end); i += 1) append(rows[next++]);
    if (next < rows.length) setTimeout(() => { if (body.isConnected) slice(1); }, 0);
  };
  slice(FIRST_ROWS);
}

/** A wide table scrolls by itself; its caption stays readable above. */
const scrolling = (caption, table, test = null) => h('div', h('p.caption', { 'aria-hidden': 'true' }, caption), h('div.scroll', { tabindex: '0', role: 'region', 'aria-label': caption, 'data-scroll': test }, table));

/** A fresh view state of a table. */
export const newView = () => ({ page: 0, sort: null, down: false, open: new Set() });

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

/** A small table of plain cells. `head` may be empty. */
export function plainTable({ test, caption, head = [], rows, numericFrom = 1 }) {
  const table = h('table', { 'data-test': test }, h('caption.hidden', caption),
    head.length ? h('thead', h('tr', head.map((label, i) => h('th', { scope: 'col', class: i >= numericFrom ? 'number' : '' }, label)))) : null,
    h('tbody', rows.map((cells) => h('tr', cells.map((cell, i) => (i === 0
      ? h('th', { scope: 'row' }, cell)
      : h('td', { class: i >= numericFrom ? 'number' : '' }, cell)))))));
  return scrolling(caption, table);
}

/**
 * A confusion matrix as a real table: rows are the truth, columns the prediction.
 * @param {{test: string, caption: string, classes: string[], counts: number[][]}} options
 */
export function confusionTable({ test, caption, classes, counts }) {
  const shade = (count, total) => (total > 0 && count > 0 ? `heat-${Math.min(5, 1 + Math.floor((count / total) * 4.999))}` : '');
  const rows = counts.map((row, i) => {
    const total = row.reduce((a, b) => a + b, 0);
    return h('tr', h('th', { scope: 'row' }, classes[i]),
      row.map((count, j) => h('td.number', { class: [i === j ? 'diagonal' : count ? 'off' : '', shade(count, total)].join(' ') }, count ? number(count) : h('span.faint', '0'))),
      h('td.number', number(total)), h('td.number', total ? `${number((100 * row[i]) / total, 0)} %` : '–'));
  });
  return scrolling(caption, h('table.confusion', { 'data-test': test }, h('caption.hidden', caption),
    h('thead', h('tr', h('th', { scope: 'col' }, t('confusion.corner')), classes.map((name) => h('th.number', { scope: 'col' }, name)),
      h('th.number', { scope: 'col' }, t('confusion.total')), h('th.number', { scope: 'col' }, t('confusion.recall')))),
    h('tbody', rows)));
}

/**
 * A heat map as a real table: the larger the number, the deeper the shade.
 * @param {{test: string, caption: string, corner: string, columns: string[], rows: {name: string, values: (number|null)[]}[], format: (value: number) => string}} options
 */
export function heatTable({ test, caption, corner, columns, rows, format }) {
  const top = Math.max(...rows.flatMap(({ values }) => values.map((value) => value ?? 0)), 1e-12);
  const cell = (value) => (value === null ? h('td.number.none', '–') : h('td.number', { class: `heat-${Math.min(5, 1 + Math.floor((value / top) * 4.999))}` }, format(value)));
  return scrolling(caption, h('table.confusion', { 'data-test': test }, h('caption.hidden', caption),
    h('thead', h('tr', h('th', { scope: 'col' }, corner), columns.map((name) => h('th.number', { scope: 'col' }, name)))),
    h('tbody', rows.map(({ name, values }) => h('tr', h('th', { scope: 'row' }, name), values.map(cell))))));
}

/** Horizontal bars as a table: name, bar, number. */
export function barTable({ test, caption, head, rows, format = number, limit = Infinity }) {
  const top = Math.max(...rows.map((row) => row.value), 1e-12);
  const make = (some) => some.map(({ name, value, note }) => h('tr', h('th', { scope: 'row', title: note ?? null }, name, note ? h('small', ` ${note}`) : null),
    h('td.bar', h('meter', { min: 0, max: top, value: Math.max(0, value), 'aria-hidden': 'true' })), h('td.number', format(value))));
  const body = h('tbody', make(rows.slice(0, limit)));
  const table = h('table.bars', { 'data-test': test }, h('caption.hidden', caption),
    h('thead', h('tr', h('th', { scope: 'col' }, head[0]), h('th', { 'aria-hidden': 'true' }), h('th.number', { scope: 'col' }, head[1]))), body);
  const captioned = [h('p.caption', { 'aria-hidden': 'true' }, caption), table];
  if (rows.length <= limit) return h('div', captioned);
  const more = h('button.small.quiet', { type: 'button', onclick: () => { fill(body, make(rows)); more.remove(); } }, t('table.show-all', { n: rows.length }));
  return h('div', captioned, more);
}
