// Debian's Firefox through geckodriver, over plain HTTP (W3C WebDriver), behind the few methods of
// a page that the actors use. Playwright drives patched builds of Firefox only.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause } from "../pages/browser.mjs";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const PATIENCE_MS = 120_000;

/** Nothing on its own account, and files saved without asking. */
const preferences = (downloads) => ({
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.download.always_ask_before_handling_new_types": false,
  "browser.download.dir": downloads,
  "browser.download.folderList": 2,
  "browser.download.useDownloadDir": true,
  "browser.safebrowsing.downloads.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "intl.accept_languages": "en-GB",
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
});

async function send(method, address, body) {
  const response = await fetch(address, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });
  const { value } = await response.json();
  if (!response.ok) throw Object.assign(new Error(`${value.error}: ${value.message}`), { code: value.error });
  return value;
}

/** Starts geckodriver on a free port; `session` opens a Firefox of its own. */
export async function launch() {
  const driver = spawn(process.env.VOLTVOTE_GECKODRIVER ?? "geckodriver", ["--port", "0"], {
    // Headless Firefox complains at length about the desktop it does not have.
    stdio: ["ignore", "pipe", "ignore"],
  });
  const port = await new Promise((done, fail) => {
    let said = "";
    driver.stdout.on("data", (text) => {
      said += text;
      const listening = said.match(/Listening on [\d.]+:(\d+)/);
      if (listening) done(listening[1]);
    });
    driver.on("error", fail);
    driver.on("exit", () => fail(new Error(`geckodriver ended: ${said}`)));
  });
  return {
    session: () => Page.open(`http://127.0.0.1:${port}/session`),
    close: () => driver.kill(),
  };
}

/** One Firefox with fresh storage. */
class Page {
  static async open(address) {
    const downloads = mkdtempSync(join(tmpdir(), "voltvote-firefox-"));
    const firefox = {
      binary: process.env.VOLTVOTE_FIREFOX ?? "/usr/bin/firefox-esr",
      args: ["-headless"],
      prefs: preferences(downloads),
    };
    const capabilities = { alwaysMatch: { "moz:firefoxOptions": firefox } };
    const { sessionId } = await send("POST", address, { capabilities });
    return new Page(`${address}/${sessionId}`, downloads);
  }

  constructor(address, downloads) {
    this.address = address;
    this.downloads = downloads;
    this.taken = new Set();
  }

  goto(url) {
    return send("POST", `${this.address}/url`, { url });
  }

  close() {
    return send("DELETE", this.address);
  }

  /** Runs a self-contained function in the page; its argument and result are JSON. */
  evaluate(action, argument) {
    return send("POST", `${this.address}/execute/sync`, {
      script: `return (${action})(arguments[0])`,
      args: [argument ?? null],
    });
  }

  locator(css) {
    return new Locator(this, css);
  }

  waitForSelector(css) {
    return this.locator(css).waitFor({ state: "attached" });
  }

  /** The next file saved: `{path()}`. */
  async waitForEvent() {
    const complete = () =>
      readdirSync(this.downloads).filter((name) => !name.endsWith(".part") && !this.taken.has(name));
    let size = -1;
    const name = await patiently("a download", () => {
      const [name] = complete();
      if (name === undefined) return undefined;
      const before = size;
      size = statSync(join(this.downloads, name)).size;
      return size > 0 && size === before ? name : undefined;
    });
    this.taken.add(name);
    return { path: async () => join(this.downloads, name) };
  }
}

/** Tries until something other than `undefined` comes back. */
async function patiently(what, attempt) {
  const until = Date.now() + PATIENCE_MS;
  let failure = "";
  while (Date.now() < until) {
    try {
      const found = await attempt();
      if (found !== undefined) return found;
    } catch (error) {
      if (error.code === undefined) throw error;
      failure = error.message;
    }
    await pause(100);
  }
  throw new Error(`waited in vain for ${what} ${failure}`);
}

/** A control, looked up anew for every action: pages redraw. */
class Locator {
  constructor(page, css) {
    this.page = page;
    this.css = css;
  }

  locator(css) {
    return new Locator(this.page, `${this.css} ${css}`);
  }

  async element() {
    const found = await send("POST", `${this.page.address}/element`, {
      using: "css selector",
      value: this.css,
    });
    return `${this.page.address}/element/${found[ELEMENT]}`;
  }

  act(what, body) {
    return patiently(`${what} of ${this.css}`, async () => {
      await send("POST", `${await this.element()}/${what}`, body);
      return true;
    });
  }

  async click() {
    const enabled = () => send("GET", `${this.address}/enabled`);
    await patiently(`${this.css} to be enabled`, async () => {
      this.address = await this.element();
      return (await enabled()) || undefined;
    });
    return this.act("click", {});
  }

  async fill(text) {
    await this.act("clear", {});
    if (text !== "") await this.act("value", { text });
  }

  blur() {
    return this.page.evaluate(() => void document.activeElement?.blur());
  }

  setInputFiles(paths) {
    return this.act("value", { text: [paths].flat().join("\n") });
  }

  waitFor({ state = "visible" } = {}) {
    return patiently(`${this.css} to be ${state}`, async () => {
      let element;
      try {
        element = await this.element();
      } catch (error) {
        if (error.code !== "no such element") throw error;
        return state === "detached" ? true : undefined;
      }
      if (state === "attached") return true;
      return (state === "visible" && (await send("GET", `${element}/displayed`))) || undefined;
    });
  }

  inputValue() {
    return patiently(this.css, async () => send("GET", `${await this.element()}/property/value`));
  }

  getAttribute(name) {
    return patiently(this.css, async () => send("GET", `${await this.element()}/attribute/${name}`));
  }
}
