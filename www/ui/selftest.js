// The page tries to reach out and shows what the browser answered.

import { h, byId, fill } from './dom.js';
import { t } from './i18n.js';
import { call } from './bridge.js';
import { announce } from './shell.js';

/** Refused by name resolution as well (RFC 2606), should a policy ever fail. */
const TARGET = 'https://voltvote-selftest.invalid/';

const settled = (start) => new Promise((resolve) => {
  try { start(() => resolve(true), () => resolve(false)); } catch { resolve(false); }
  setTimeout(() => resolve(false), 3000);
});

/** Each attempt and the policy directive that must stop it. */
const ATTEMPTS = [
  ['fetch', 'connect-src', (yes, no) => fetch(TARGET, { mode: 'no-cors' }).then(yes, no)],
  ['XMLHttpRequest', 'connect-src', (yes, no) => { const x = new XMLHttpRequest(); x.onload = yes; x.onerror = no; x.open('GET', TARGET); x.send(); }],
  ['WebSocket', 'connect-src', (yes, no) => { const s = new WebSocket('wss://voltvote-selftest.invalid/'); s.onopen = yes; s.onerror = no; }],
  ['sendBeacon', 'connect-src', (yes, no) => { navigator.sendBeacon(TARGET, 'x'); setTimeout(no, 300); }],
  ['image', 'img-src', (yes, no) => { const i = new Image(); i.onload = yes; i.onerror = no; i.src = TARGET; }],
];

/** Runs every attempt in the page and one in a worker; lists which policy line stopped it. */
async function run() {
  const violations = [];
  const listen = (event) => violations.push(event.effectiveDirective);
  addEventListener('securitypolicyviolation', listen);
  const rows = [];
  for (const [name, directive, start] of ATTEMPTS) {
    const before = violations.length;
    const reached = await settled(start);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    rows.push({ name, reached, byPolicy: violations.slice(before).some((one) => one.startsWith(directive)) });
  }
  removeEventListener('securitypolicyviolation', listen);
  try { rows.push({ name: t('selftest.worker'), ...await call('selftest', { target: TARGET }) }); } catch { rows.push({ name: t('selftest.worker'), reached: false, byPolicy: false }); }
  return rows;
}

/** Wires the button in the footer. */
export function startSelfTest() {
  byId('selftest-run').addEventListener('click', async () => {
    fill(byId('selftest-result'), h('p', t('selftest.running')));
    const rows = await run();
    const verdict = rows.every(({ reached, byPolicy }) => !reached && byPolicy) ? 'ok' : rows.some(({ reached }) => reached) ? 'bad' : 'warn';
    announce(t(`selftest.${verdict}`));
    fill(byId('selftest-result'), h('p.message', { class: verdict, 'data-test': 'selftest-verdict', 'data-verdict': verdict }, t(`selftest.${verdict}`)),
      h('ul.checks', rows.map(({ name, reached, byPolicy }) => h('li', { class: reached ? 'bad' : byPolicy ? '' : 'warn' }, `${name}: ${t(reached ? 'selftest.reached' : byPolicy ? 'selftest.policy' : 'selftest.failed')}`))));
  });
}
