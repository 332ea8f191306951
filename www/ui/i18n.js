// Words: flat tables with equal keys, exact language -> base language -> English.

import en from '../text/en.js';
import zhCN from '../text/zh-CN.js';

const TABLES = { en, 'zh-CN': zhCN };
const listeners = new Set();
let language = pick();

function pick() {
  let saved = null;
  try { saved = localStorage.getItem('voltvote-language'); } catch { /* storage may be off */ }
  const wanted = saved ? [saved] : navigator.languages ?? [navigator.language];
  for (const one of wanted) {
    if (one in TABLES) return one;
    if (/^zh\b/i.test(one)) return 'zh-CN';
    if (/^en\b/i.test(one)) return 'en';
  }
  return 'en';
}

/**
 * The text of a key with its `{parameters}` filled in. `one|many` picks by the parameter `n`.
 * @param {string} key
 * @param {Record<string, any>} [params]
 * @returns {string}
 */
export function t(key, params = {}) {
  let text = TABLES[language][key] ?? en[key] ?? key;
  if ('n' in params && text.includes('|')) text = text.split('|')[Number(params.n) === 1 ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    if (value === undefined || value === null) return whole;
    return typeof value === 'number' ? number(value) : String(value);
  });
}

/** Whether the tables hold this key. */
export const has = (key) => key in en;

/** Words of an error or finding `{code, params}`; an unknown code is shown as it is. */
export function words(prefix, { code, params = {} }) {
  const key = `${prefix}.${code}`;
  if (has(key)) return t(key, Object.fromEntries(Object.entries(params).map(([name, value]) => [name, terms(value)]))).replace(/\{\w+\}/g, '…');
  const details = Object.entries(params).map(([name, value]) => `${name}: ${value}`).join(', ');
  return details ? `${code} (${details})` : code;
}

/** A parameter that is a list of the core's own terms, in the language of the page. */
const terms = (value) => (value === '' ? '–' : typeof value === 'string' ? value.split(', ').map((one) => (has(`term.${one}`) ? t(`term.${one}`) : one)).join(', ') : value);

/** Words of an error. */
export function errorWords(error) {
  const part = error?.params?.part; // of an archive or workbook
  if (error?.code) return (part && !t(`error.${error.code}`).includes('{part}') ? `${part}: ` : '') + words('error', error);
  return t('error.internal', { message: String(error?.message ?? error) });
}

/** @param {number} value @param {number} [digits] maximal fraction digits */
export function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** A number with exactly so many fraction digits, for columns that should line up. */
export function fixed(value, digits) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** 0.123 -> 12.3 %. What is nearly certain is not shown as certain: 0.9999 -> >99.9 %. */
export function percent(value, digits = 1) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const format = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits });
  const step = 10 ** -digits / 100;
  if (value < 1 && value > 1 - step / 2) return `>${format.format(1 - step)}`;
  if (value > 0 && value < step / 2) return `<${format.format(step)}`;
  return format.format(value);
}

/** Unix seconds -> local date and time. */
export function date(seconds) {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(seconds * 1000));
}

/** Bytes with a unit a person reads. */
export function bytes(n) {
  const units = ['B', 'kB', 'MB', 'GB'];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) { n /= 1000; unit += 1; }
  return `${number(n, unit === 0 ? 0 : n < 10 ? 2 : n < 100 ? 1 : 0)} ${units[unit]}`;
}

/** Words for how far away a time (Unix seconds) is. */
export function fromNow(seconds) {
  const away = seconds - Date.now() / 1000;
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, size] of [['day', 86400], ['hour', 3600], ['minute', 60]]) {
    if (Math.abs(away) >= size) return relative.format(Math.trunc(away / size), unit);
  }
  return relative.format(0, 'minute');
}

export const currentLanguage = () => language;

/** Calls back after every change of language. */
export const onLanguage = (listener) => listeners.add(listener);

/** Switches between the languages and remembers the choice. */
export function setLanguage(next) {
  language = next in TABLES ? next : 'en';
  try { localStorage.setItem('voltvote-language', language); } catch { /* storage may be off */ }
  translateDocument();
  for (const listener of listeners) listener(language);
}

/** Fills every `data-t` element (and `data-t-label`: aria-label) of the static page. */
export function translateDocument() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll('[data-t-label]')) element.setAttribute('aria-label', t(element.dataset.tLabel));
  const title = document.querySelector('title')?.dataset.t;
  if (title) document.title = t(title);
}
