// `make bench-page URL=http://127.0.0.1:7312 QUERY="..."`: how soon the search page of a running
// server paints results, in Debian's Chromium.
//
//   node build/bench/page/page-bench.js <address> <query> [loads] [rounds of typing]

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";

import { repositoryRoot } from "../../src/core/paths.js";
import { openBrowser, openPage } from "../../test/support/browser.js";
import { summary } from "../scale/summary.js";

const [, , address = "", query = "", loads = "20", rounds = "5"] = process.argv;
if (address === "" || query === "") throw new Error("name the address of a server, and a query");
/** As a fast typist: each key has its own search, and most are painted. */
const keyEveryMs = 120;

/**
 * Notes, for each query, when its first ranking was painted: in the task after the frame that shows
 * it. Times are those of the page's clock.
 */
const watch = `
  window.painted = new Map();
  window.typed = [];
  new MutationObserver(() => {
    const shown = document.querySelector(".hits")?.dataset.query;
    if (shown === undefined || painted.has(shown)) return;
    painted.set(shown, undefined);
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        painted.set(shown, performance.now());
        document.documentElement.dataset.painted = shown;
      };
      port2.postMessage(0);
    });
  }).observe(document, { subtree: true, childList: true, attributes: true });
  addEventListener("input", (event) => typed.push([event.target.value, event.timeStamp]), true);
`;

/** The address of the search, as one copies it from the page. */
async function copiedAddress(browser: Browser): Promise<string> {
  const { page } = await openPage(browser, `${address}/?q=${encodeURIComponent(query)}`);
  await page.locator(".hits > li").first().waitFor();
  const copied = page.url();
  await page.context().close();
  return copied;
}

async function loadMs(browser: Browser, copied: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(copied);
  await painted(page);
  const ms = await page.evaluate<number>(`painted.get(${JSON.stringify(query)})`);
  await context.close();
  return ms;
}

/** The page's policy forbids the evaluation of a condition within it, so an attribute tells. */
function painted(page: Page): Promise<void> {
  return page.locator(`html[data-painted=${JSON.stringify(query)}]`).waitFor({ state: "attached" });
}

/** From each key to the first painted ranking for what is typed so far. */
async function keyMs(browser: Browser): Promise<number[]> {
  const { page } = await openPage(browser, address);
  await page.evaluate(watch);
  await page.locator("#query").pressSequentially(query, { delay: keyEveryMs });
  await painted(page);
  const times = await page.evaluate<number[]>(
    "typed.filter(([text]) => painted.get(text)).map(([text, at]) => painted.get(text) - at)",
  );
  await page.context().close();
  return times;
}

const browser = await openBrowser();
try {
  const copied = await copiedAddress(browser);
  const first: number[] = [];
  for (let i = 0; i < Number(loads); i += 1) first.push(await loadMs(browser, copied));
  const keys: number[] = [];
  for (let i = 0; i < Number(rounds); i += 1) keys.push(...(await keyMs(browser)));
  const file = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    command: `make bench-page (${loads} loads, ${keys.length} painted keys of ${rounds} rounds, a key every ${keyEveryMs} ms)`,
    browser: browser.version(),
    loadToFirstResultMs: summary(first),
    keyToFirstUpdateMs: {
      ...summary(keys),
      p95: keys.toSorted((a, b) => a - b)[Math.floor(0.95 * keys.length)],
    },
  };
  const path = join(repositoryRoot(), "bench/results/page.json");
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
  console.log(JSON.stringify(file, null, 2));
} finally {
  await browser.close();
}
