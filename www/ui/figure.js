// Small SVG figures, 360 units wide so that their text is readable on a phone; the command line
// draws the same ones (src/value/figure.rs). Each has a caption and its numbers as a table.

import { h } from './dom.js';
import { t, number } from './i18n.js';
import { plainTable } from './table.js';

const WIDTH = 360;
/** Room for a number right of a bar. */
const NUMBER_WIDTH = 62;

const short = (value) => number(value, Math.abs(value) >= 99.5 ? 0 : 2);
const text = (x, y, words, anchor = 'start') => h('text', { x: x.toFixed(1), y: y.toFixed(1), 'text-anchor': anchor }, words);
const rect = (x, y, width, height, series) => h('rect', { x: x.toFixed(1), y: y.toFixed(1), width: Math.max(0, width).toFixed(1), height, class: `series-${series % 7}` });
const line = (x1, y1, x2, y2) => h('line', { x1: x1.toFixed(1), y1: y1.toFixed(1), x2: x2.toFixed(1), y2: y2.toFixed(1) });
const legend = (i, x, y, words) => [rect(x, y - 9, 10, 10, i), text(x + 15, y, words)];
export const svg = (height, title, children) => h('svg.drawing', { viewBox: `0 0 ${WIDTH} ${Math.round(height)}`, role: 'img', 'aria-label': title }, children);

/**
 * A figure: the drawing, the finding in words, the numbers on request.
 * @param {{test: string, caption: string, drawing: any, head: string[], rows: any[][]}} options
 */
export const figure = ({ test, caption, drawing, head, rows }) => h('figure', { 'data-test': test }, drawing, h('figcaption', caption),
  h('details.numbers', { 'data-test': `${test}-numbers` }, h('summary', t('chart.numbers')), plainTable({ test: `${test}-table`, caption, head, rows })));

/** Groups of horizontal bars. `series`: `[{name, values}]`, one value per group; may be negative. */
export function bars(title, groups, series, format = short) {
  const bar = 15, group = 22 + bar * series.length, top = 18 * series.length + 4;
  const all = series.flatMap(({ values }) => values).filter(Number.isFinite);
  const low = Math.min(0, ...all), high = Math.max(0, ...all);
  const scale = (WIDTH - NUMBER_WIDTH) / Math.max(high - low, 1e-9);
  const zero = -low * scale;
  const height = top + group * groups.length;
  return svg(height, title, [
    series.map(({ name }, s) => legend(s, 0, 12 + 18 * s, name)),
    groups.map((label, g) => [text(0, top + group * g + 13, label), series.map(({ values }, s) => {
      const value = values[g];
      const y = top + group * g + 18 + bar * s;
      if (!Number.isFinite(value)) return text(zero + 4, y + 10.5, t('value.never'));
      const from = zero + scale * Math.min(0, value), to = zero + scale * Math.max(0, value);
      return [rect(from, y, Math.max(0.5, to - from), bar - 2, s), text(to + 4, y + 10.5, format(value))];
    })]),
    line(zero, top, zero, height)].flat(4));
}

/** A donut of positive parts `[{name, value}]` with the shares in its legend. */
export function donut(title, parts) {
  const total = parts.reduce((sum, { value }) => sum + Math.max(0, value), 0) || 1;
  const centre = 72, outer = 66, inner = 36;
  let angle = 0;
  const at = (radius, turn) => `${(centre + radius * Math.sin(turn)).toFixed(1)} ${(centre - radius * Math.cos(turn)).toFixed(1)}`;
  return svg(Math.max(150, 18 * parts.length + 12), title, parts.flatMap(({ name, value }, i) => {
    const share = Math.max(0, value) / total;
    const end = angle + Math.min(share, 0.9999) * 2 * Math.PI; // a full circle has no arc
    const large = share > 0.5 ? 1 : 0;
    const d = `M${at(outer, angle)}A${outer} ${outer} 0 ${large} 1 ${at(outer, end)}L${at(inner, end)}A${inner} ${inner} 0 ${large} 0 ${at(inner, angle)}Z`;
    angle = end;
    return [h('path', { d, class: `series-${i % 7}` }), ...legend(i, 152, 18 + 18 * i, `${name}: ${number(100 * share, 1)} %`)];
  }));
}

/** Ranges around a base value: `[{name, low, high}]`, the outcomes at the low and the high input. */
export function tornado(title, base, swings) {
  const step = 36, height = 20 + step * swings.length;
  const all = swings.flatMap(({ low, high }) => [low, high]);
  const least = Math.min(base, ...all), most = Math.max(base, ...all);
  const x = (value) => NUMBER_WIDTH + ((WIDTH - 2 * NUMBER_WIDTH) * (value - least)) / Math.max(most - least, 1e-9);
  return svg(height, title, [
    swings.map(({ name, low, high }, i) => [text(0, step * i + 12, name), [[low, 1], [high, 0]].map(([value, series]) => {
      const from = Math.min(x(base), x(value)), to = Math.max(x(base), x(value));
      const isRight = value > base || (value === base && series === 0);
      return [rect(from, step * i + 17, to - from, 13, series), text(isRight ? to + 4 : from - 4, step * i + 27.5, short(value), isRight ? 'start' : 'end')];
    })]),
    line(x(base), 15, x(base), height - 16), text(x(base), height - 4, short(base), 'middle')].flat(4));
}

/**
 * Estimates against truth, `[{truth, estimate, series}]` in per cent, with the diagonal.
 * `names` are the series, for the legend.
 */
export function parity(title, points, names, [across, up]) {
  const all = points.flatMap(({ truth, estimate }) => [truth, estimate]);
  const low = Math.floor(Math.min(...all) / 5) * 5, high = Math.ceil(Math.max(...all) / 5) * 5 || 1;
  const left = 44, top = 18 * Math.ceil(names.length / 2) + 26, size = WIDTH - left - 12;
  const at = (value) => ((value - low) / Math.max(high - low, 1e-9)) * size;
  const x = (value) => left + at(value), y = (value) => top + size - at(value);
  const step = [5, 10, 20].find((one) => (high - low) / one <= 6) ?? 50;
  const ticks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step);
  return svg(top + size + 36, title, [
    names.map((name, i) => legend(i, (i % 2) * (WIDTH / 2), 12 + 18 * Math.floor(i / 2), name)),
    ticks.flatMap((tick) => [text(x(tick), top + size + 15, number(tick), 'middle'), text(left - 5, y(tick) + 4, number(tick), 'end')]),
    line(left, top, left, top + size), line(left, top + size, left + size, top + size), line(x(low), y(low), x(high), y(high)),
    points.map(({ truth, estimate, series }) => h('circle', { cx: x(truth).toFixed(1), cy: y(estimate).toFixed(1), r: 2.4, class: `dot series-${series % 7}` })),
    text(left + size / 2, top + size + 31, across, 'middle'), text(0, top - 12, up)].flat(3));
}
