// Curves: lines in SVG with a caption that states the finding and its numbers as a table. Colours
// and dashes are styles (app.css), so a change of theme needs no redrawing.

import { h } from './dom.js';
import { t, fixed, number } from './i18n.js';

/** Space for the numbers and names of the axes. */
const MARGIN = { left: 58, right: 12, top: 8, bottom: 40 };

/**
 * A figure with lines over a shared x axis.
 *
 * @param {{title: string, caption: string, x: {label: string, values: ArrayLike<number>},
 *   lines: {label: string, values: ArrayLike<number|null>, dash?: boolean}[], yLabel: string,
 *   digits?: number, height?: number, test?: string}} options
 */
export function lineChart({ title, caption, x, lines, yLabel, digits = 3, height = 220, test = 'chart' }) {
  const host = h('div.chart', { role: 'img', 'aria-label': `${title}. ${caption}` });
  const figure = h('figure', { 'data-test': test }, h('div.chart-title', title), host, h('figcaption', caption),
    h('details.numbers', h('summary', t('chart.numbers')), numbers()));

  function numbers() {
    const holder = h('div.scroll.short', { tabindex: '0', role: 'region', 'aria-label': title });
    queueMicrotask(() => holder.closest('details')?.addEventListener('toggle', () => {
      if (holder.firstChild) return;
      const step = Math.max(1, Math.floor(x.values.length / 40));
      const rows = [];
      for (let i = 0; i < x.values.length; i += step) {
        rows.push(h('tr', h('th.number', { scope: 'row' }, fixed(x.values[i], digits)), lines.map((line) => h('td.number', fixed(line.values[i], digits)))));
      }
      holder.append(h('table', h('caption.hidden', title), h('thead', h('tr', h('th.number', { scope: 'col' }, x.label), lines.map((line) => h('th.number', { scope: 'col' }, line.label)))), h('tbody', rows)));
    }, { once: false }));
    return holder;
  }

  const legend = h('p.legend', { 'aria-hidden': 'true' });
  figure.insertBefore(legend, figure.querySelector('figcaption'));
  const tell = (i) => legend.replaceChildren(...[{ label: x.label, values: x.values }, ...lines].map((line, k) => h('span', { class: k ? `key curve-${k}${line.dash ? ' dash' : ''}` : '' },
    i === null ? line.label : `${line.label} ${fixed(line.values[i], digits)}`)));
  tell(null);

  const draw = (width) => {
    const wide = width - MARGIN.left - MARGIN.right, high = height - MARGIN.top - MARGIN.bottom;
    const [xTicks, yTicks] = [ticks(x.values, Math.max(2, wide / 70)), ticks(lines.flatMap((line) => Array.from(line.values)), high / 34, true)];
    const atX = (value) => MARGIN.left + ((value - xTicks.low) / (xTicks.high - xTicks.low)) * wide;
    const atY = (value) => MARGIN.top + high - ((value - yTicks.low) / (yTicks.high - yTicks.low)) * high;
    const bottom = MARGIN.top + high;
    const text = (where, words, more = {}) => h('text', { x: where[0], y: where[1], 'text-anchor': 'middle', ...more }, words);
    const cursor = h('line.cursor.off', { y1: MARGIN.top, y2: bottom });
    host.replaceChildren(h('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true' },
      xTicks.at.map((v) => [h('line.grid', { x1: atX(v), x2: atX(v), y1: MARGIN.top, y2: bottom }), text([atX(v), bottom + 15], number(v))]),
      yTicks.at.map((v) => [h('line.grid', { x1: MARGIN.left, x2: MARGIN.left + wide, y1: atY(v), y2: atY(v) }), text([MARGIN.left - 6, atY(v) + 4], number(v), { 'text-anchor': 'end' })]),
      text([MARGIN.left + wide / 2, height - 6], x.label),
      text([0, 0], yLabel, { transform: `translate(12 ${MARGIN.top + high / 2}) rotate(-90)` }),
      lines.map((line, i) => h('path', { class: `curve-${i + 1}${line.dash ? ' dash' : ''}`, d: trace(x.values, line.values, atX, atY) })),
      cursor));
    host.onpointermove = (event) => {
      const wanted = xTicks.low + ((event.clientX - host.getBoundingClientRect().left - MARGIN.left) / wide) * (xTicks.high - xTicks.low);
      const i = nearest(x.values, wanted);
      cursor.setAttribute('x1', atX(x.values[i]));
      cursor.setAttribute('x2', atX(x.values[i]));
      cursor.classList.remove('off');
      tell(i);
    };
    host.onpointerleave = () => { cursor.classList.add('off'); tell(null); };
  };
  // Drawn when it has a width, and again when the width changes.
  let last = 0;
  new ResizeObserver(() => {
    const width = host.clientWidth;
    if (width > 0 && Math.abs(width - last) > 4) { last = width; draw(Math.max(240, width)); }
  }).observe(host);
  return figure;
}

/** Round values that span the numbers in about `n` steps; `outward` widens the ends to round values. */
function ticks(values, n, outward = false) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value) || value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const rough = (high - low) / n;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
  if (outward) [low, high] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  const at = [];
  // Counted, so that no rounding adds up.
  for (let k = Math.ceil(low / step); k * step <= high + step * 1e-6; k += 1) at.push(k * step);
  return { low, high, at };
}

/** The path of a line; a missing value breaks it. */
function trace(xs, ys, atX, atY) {
  let d = '', broken = true;
  for (let i = 0; i < xs.length; i += 1) {
    if (ys[i] === null || !Number.isFinite(ys[i])) { broken = true; continue; }
    d += `${broken ? 'M' : 'L'}${atX(xs[i]).toFixed(1)} ${atY(ys[i]).toFixed(1)}`;
    broken = false;
  }
  return d;
}

/** Index of the value nearest to the wanted one. */
function nearest(values, wanted) {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (Math.abs(values[i] - wanted) < Math.abs(values[best] - wanted)) best = i;
  return best;
}

/**
 * A curve small enough for a table row: voltage over throughput, charge and discharge.
 * @param {{charge: {q: ArrayLike<number>, v: ArrayLike<number>}, discharge: {q: ArrayLike<number>, v: ArrayLike<number>}}} curves
 */
export function sparkline(curves) {
  const halves = [curves.charge, curves.discharge].filter((half) => half?.v?.length > 1);
  if (!halves.length) return h('span.faint', '–');
  const width = 96, height = 30;
  const all = halves.flatMap((half) => Array.from(half.v));
  const low = Math.min(...all), high = Math.max(...all);
  const path = ({ q, v }) => {
    const end = q[q.length - 1] || 1;
    const step = Math.max(1, Math.floor(v.length / 40));
    let d = '';
    for (let i = 0; i < v.length; i += step) {
      d += `${d ? 'L' : 'M'}${((q[i] / end) * width).toFixed(1)} ${(height - 2 - ((v[i] - low) / (high - low || 1)) * (height - 4)).toFixed(1)}`;
    }
    return d;
  };
  return h('svg.spark', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': t('curve.spark', { low: fixed(low, 2), high: fixed(high, 2) }) },
    halves.map((half, i) => h('path', { d: path(half), class: `curve-${half === curves.charge ? 1 : 2}`, key: i })));
}

/** The two figures of a cell: V over Q and dQ/dV over V. */
export function cellCharts(cell) {
  const { charge, discharge } = cell.curves;
  const merged = overSharedX(charge, discharge);
  const figures = [lineChart({
    title: t('curve.vq'), test: 'chart-vq',
    caption: t('curve.vq.caption', { charge: fixed(charge.q.at(-1), 3), discharge: fixed(discharge.q.at(-1), 3), low: fixed(Math.min(...discharge.v), 2), high: fixed(Math.max(...charge.v), 2) }),
    x: { label: t('axis.q'), values: merged.x }, yLabel: t('axis.v'),
    lines: [{ label: t('curve.charge'), values: merged.a }, { label: t('curve.discharge'), values: merged.b, dash: true }],
  })];
  const peak = (half) => half.dqdv_v[half.dqdv.reduce((best, value, i, all) => (value > all[best] ? i : best), 0)];
  const steps = overSharedX({ q: charge.dqdv_v, v: charge.dqdv }, { q: discharge.dqdv_v, v: discharge.dqdv });
  figures.push(lineChart({
    title: t('curve.dqdv'), test: 'chart-dqdv',
    caption: t('curve.dqdv.caption', { charge: fixed(peak(charge), 2), discharge: fixed(peak(discharge), 2) }),
    x: { label: t('axis.v'), values: steps.x }, yLabel: t('axis.dqdv'),
    lines: [{ label: t('curve.charge'), values: steps.a }, { label: t('curve.discharge'), values: steps.b, dash: true }],
  }));
  return h('div.charts', figures);
}

/** Two curves on one ascending x axis, linear in between. */
function overSharedX(a, b) {
  const start = Math.min(a.q[0] ?? 0, b.q[0] ?? 0);
  const end = Math.max(a.q.at(-1) ?? 0, b.q.at(-1) ?? 0);
  const n = 200;
  const x = Array.from({ length: n }, (_, i) => start + ((end - start) * i) / (n - 1));
  const at = ({ q, v }) => {
    let j = 0;
    return x.map((here) => {
      const slack = (end - start) / n / 2;
      if (!q.length || here > q.at(-1) + slack || here < q[0] - slack) return null;
      while (j < q.length - 2 && q[j + 1] < here) j += 1;
      const span = q[j + 1] - q[j];
      return span > 0 ? v[j] + (v[j + 1] - v[j]) * Math.min(1, Math.max(0, (here - q[j]) / span)) : v[j];
    });
  };
  return { x, a: at(a), b: at(b) };
}
