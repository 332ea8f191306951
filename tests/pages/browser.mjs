// Chromium, servers that write down every request, and where the packed pages lie.

import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const dist = process.env.VOLTVOTE_DIST ?? join(root, "dist");

/** Names of the packed pages, without `.html`. */
export const pages = ["index", "collaborate", "recycle", "verify", "lab"].filter((name) =>
  existsSync(join(dist, `${name}.html`)),
);

export const text = (name) => readFileSync(join(dist, `${name}.html`), "utf8");

/** Headless Chromium that does nothing on its own account. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.VOLTVOTE_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
    ],
  });

/**
 * A server on a free port. `documents` maps a path to the HTML there; everything else is answered
 * with an empty script that any page may read, so that nothing fails for want of an answer.
 */
export async function logged(documents = {}) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const html = documents[request.url];
    response.writeHead(200, {
      "Content-Type": html === undefined ? "text/javascript" : "text/html; charset=utf-8",
      "Access-Control-Allow-Origin": "*",
      "Cache-Control": "no-store",
    });
    response.end(html ?? "");
  });
  server.on("upgrade", (request, socket) => {
    requests.push(`UPGRADE ${request.url}`);
    socket.destroy();
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    requests,
    address: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
