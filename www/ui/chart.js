// Curves: uPlot with a caption that states the finding and its numbers as a table.

import uPlot from 'uplot';
import { h } from './dom.js';
import { t, fixed, number } from './i18n.js';

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

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

  const draw = () => {
    host.replaceChildren();
    const width = Math.max(240, host.clientWidth || 420);
    const ink = css('--muted');
    const axis = { stroke: ink, grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1 }, font: `11px ${css('--font')}`, labelFont: `11px ${css('--font')}` };
    const colours = [css('--curve-1'), css('--curve-2'), css('--curve-3')];
    new uPlot({
      width, height, padding: [8, 12, 0, 0], legend: { live: true }, cursor: { points: { size: 6 } },
      scales: { x: { time: false } },
      axes: [{ ...axis, label: x.label, labelSize: 22, size: 34, values: (_, ticks) => ticks.map((v) => number(v)) },
        { ...axis, label: yLabel, labelSize: 22, size: 48, values: (_, ticks) => ticks.map((v) => number(v)) }],
      series: [{ label: x.label, value: (_, v) => fixed(v, digits) },
        ...lines.map((line, i) => ({ label: line.label, stroke: colours[i % 3], width: 1.6, dash: line.dash ? [5, 4] : undefined, points: { show: false }, spanGaps: true, value: (_, v) => fixed(v, digits) }))],
    }, [Array.from(x.values), ...lines.map((line) => Array.from(line.values, (v) => (Number.isFinite(v) ? v : null)))], host);
  };
  // Drawn when it has a width, and again when the width or the theme changes.
  let last = 0;
  new ResizeObserver(() => {
    const width = host.clientWidth;
    if (width > 0 && Math.abs(width - last) > 4) { last = width; draw(); }
  }).observe(host);
  const onTheme = () => (figure.isConnected ? draw() : removeEventListener('voltvote-theme', onTheme));
  addEventListener('voltvote-theme', onTheme);
  return figure;
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
