// Every way we know to make a browser send something. Each is a self-contained function that runs
// inside the page or its worker and is given the address to reach; what it returns is ignored.

import { pause } from "./browser.mjs";

/** From the page. */
export const fromPage = {
  fetch: (to) => fetch(to, { mode: "no-cors" }),
  post: (to) => fetch(to, { method: "POST", body: "voltage", mode: "no-cors", keepalive: true }),
  xhr: (to) => {
    const request = new XMLHttpRequest();
    request.open("GET", to);
    request.send();
  },
  websocket: (to) => void new WebSocket(to.replace("http", "ws")),
  eventsource: (to) => void new EventSource(to),
  beacon: (to) => navigator.sendBeacon(to, "voltage"),
  import: (to) => import(to),
  image: (to) => void (new Image().src = to),
  script: (to) => document.head.append(Object.assign(document.createElement("script"), { src: to })),
  stylesheet: (to) =>
    document.head.append(
      Object.assign(document.createElement("link"), { rel: "stylesheet", href: to }),
    ),
  preload: (to) =>
    document.head.append(
      Object.assign(document.createElement("link"), { rel: "preload", as: "image", href: to }),
    ),
  frame: (to) => document.body.append(Object.assign(document.createElement("iframe"), { src: to })),
  object: (to) => document.body.append(Object.assign(document.createElement("object"), { data: to })),
  audio: (to) => void (new Audio(to).preload = "auto"),
  font: (to) => new FontFace("x", `url(${to})`).load(),
  background: (to) => void (document.body.style.backgroundImage = `url(${to})`),
  blobworker: (to) =>
    void new Worker(URL.createObjectURL(new Blob([`importScripts(${JSON.stringify(to)})`]))),
  blobmodule: (to) =>
    void new Worker(URL.createObjectURL(new Blob([`import ${JSON.stringify(to)}`], { type: "text/javascript" })), {
      type: "module",
    }),
  blobframe: (to) => {
    const html = new Blob([`<img src="${to}">`], { type: "text/html" });
    document.body.append(
      Object.assign(document.createElement("iframe"), { src: URL.createObjectURL(html) }),
    );
  },
  srcdoc: (to) =>
    document.body.append(
      Object.assign(document.createElement("iframe"), { srcdoc: `<img src="${to}">` }),
    ),
};

/** A form leaves the page when nothing stops it: the last attempt on a page. */
export const form = (to) => {
  const form = Object.assign(document.createElement("form"), { action: to, method: "post" });
  document.body.append(form);
  form.submit();
};

/** From inside the worker. */
export const fromWorker = {
  "in-fetch": (to) => fetch(to, { mode: "no-cors" }),
  "in-post": (to) => fetch(to, { method: "POST", body: "voltage", mode: "no-cors" }),
  "in-xhr": (to) => {
    const request = new XMLHttpRequest();
    request.open("GET", to);
    request.send();
  },
  "in-websocket": (to) => void new WebSocket(to.replace("http", "ws")),
  "in-eventsource": (to) => void new EventSource(to),
  "in-import": (to) => import(to),
  "in-importscripts": (to) => importScripts(to),
  "in-worker": (to) =>
    void new Worker(URL.createObjectURL(new Blob([`importScripts(${JSON.stringify(to)})`]))),
  "in-cache": async (to) => (await caches.open("x")).add(to),
};

/** To the page's own server, where a browser allows more than elsewhere. */
export const toOwnServer = {
  "own-fetch": (to) => fetch(to),
  "own-worker": (to) => void new Worker(to),
  "own-module": (to) => void new Worker(to, { type: "module" }),
  "own-sharedworker": (to) => void new SharedWorker(to),
  "own-serviceworker": (to) => navigator.serviceWorker.register(to),
};

/** Time for a refused attempt to have reached us had it not been refused. */
export const SETTLE_MS = 1500;

/** How long an attempt that should arrive may take on a busy machine. */
const PATIENCE_MS = 30_000;

/** Names of the attempts among the requests a server saw. */
export const reached = (requests) => new Set(requests.map((request) => request.split("/").pop()));

/** Gives refused attempts a moment; waits longer for those that are expected to arrive. */
export async function settle(servers, expected) {
  const missing = () => {
    const seen = reached(servers.flatMap((server) => server.requests));
    return expected.some((name) => !seen.has(name));
  };
  let waited = 0;
  do {
    await pause(SETTLE_MS);
    waited += SETTLE_MS;
  } while (missing() && waited < PATIENCE_MS);
}
