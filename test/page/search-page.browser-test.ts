// The search page in a real browser, on a real server.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";

import type { Document, Fields } from "../../src/core/document.js";
import { openBrowser, openPage, patienceMs } from "../support/browser.js";
import { seededDocuments } from "../support/seeded-corpus.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const texts: readonly (readonly [string, string, string])[] = [
  ["valley", "A quiet valley", "Snow melts in the valley, and the river carries it to the sea."],
  [
    "river",
    "Rivers of gold",
    "Miners washed gold out of the gravel of the river with a sluice box.",
  ],
  ["sluice", "The sluice", "A sluice is a channel whose gate controls the flow of water."],
  [
    "mill",
    "Water mills",
    "The water of the mill race turns a wheel, and the wheel turns the stones.",
  ],
  ["arabic", "قناة الري", "تنقل القناة الماء من النهر إلى الحقول البعيدة."],
  [
    "markup",
    '<img src=x onerror="alert(1)">',
    "<script>alert('gold')</script> gold in \u001b[31mred",
  ],
];

function documents(): Document[] {
  return texts.map(([key, title, text], i) => {
    const kind = { kind: "keyword", value: i < 2 ? "nature" : "craft" } as const;
    const fields: Fields = new Map([["topic", kind]]);
    return { key, title, text, fields };
  });
}

describe("the search page", function () {
  let browser: Browser;
  let server: ServerProcess;
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));

  before(async () => {
    browser = await openBrowser();
    server = await start();
    await server.client.collections.create({ name: "notes" });
    await server.client.ingest("notes", documents());
  });
  after(async () => {
    await browser.close();
    await stopServer(server);
    rmSync(folder, { recursive: true, force: true });
  });

  function start(flags: readonly string[] = []): Promise<ServerProcess> {
    const all = ["--log-slow-search-ms", "1", ...flags];
    return startServerProcess({ data: join(folder, "data"), flags: all });
  }

  async function search(page: Page, query: string): Promise<void> {
    await page.locator("#query").pressSequentially(query);
    await settled(page, query);
  }

  it("shows results while typing, settles them, and is the same from its address", async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await search(page, "washing gold");
    assert.equal(await keyAt(page, 0), "river");
    assert.match(await textOf(page, ".hits li:first-child .score"), /^ *\d\.\d{3}$/);
    assert.match(await textOf(page, ".worth"), /exact.*final.*passages.*all settled/s);
    assert.ok((await page.locator(".hits mark").count()) > 0);
    assert.match(await textOf(page, '[role="status"]'), /results for washing gold; first: Rivers/);
    assert.ok((await page.locator(".waterfall .bar").count()) >= 3);
    const { page: other } = await openPage(browser, page.url());
    await settled(other, "washing gold");
    assert.equal(await keyAt(other, 0), "river");
    assert.deepEqual(complaints, []);
  });

  it("goes back to a search whose address names no collection", async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await search(page, "a hive");
    await page.evaluate(`
      history.replaceState(null, "", "/?q=washing+gold");
      dispatchEvent(new PopStateEvent("popstate"));
    `);
    await settled(page, "washing gold");
    assert.equal(await keyAt(page, 0), "river");
    assert.match(page.url(), /collection=notes/);
    assert.deepEqual(complaints, []);
  });

  it("never shows results of an older query once a newer one has answered", async () => {
    const { page } = await openPage(browser, server.url);
    await page.evaluate(`
      window.seen = [];
      new MutationObserver(() => {
        const list = document.querySelector(".hits");
        if (list) seen.push([list.dataset.query, document.querySelector("#query").value]);
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    `);
    await page
      .locator("#query")
      .pressSequentially("the river carries water and gold", { delay: 1 });
    await settled(page, "the river carries water and gold");
    const seen = await page.evaluate<[string, string][]>("seen");
    const lengths = seen.map(([shown]) => shown.length);
    assert.deepEqual(
      lengths,
      lengths.toSorted((a, b) => a - b),
    );
    for (const [shown, typed] of seen) assert.ok(typed.startsWith(shown), `${shown} of ${typed}`);
  });

  it("shows why a hit was found, narrows by fields, and is used by the keyboard alone", async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await search(page, "gate for water");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.evaluate("document.activeElement.closest('li').dataset.key"), "sluice");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".evidence .heat").first().waitFor();
    assert.ok((await page.locator(".evidence tbody tr").count()) >= 3);
    await page.keyboard.press("/");
    assert.equal(await page.evaluate("document.activeElement.id"), "query");
    await page.locator(".facets button", { hasText: "nature" }).click();
    await page.locator(".hits > li:nth-child(2):last-child").waitFor();
    assert.match(page.url(), /filter=topic/);
    assert.deepEqual(complaints, []);
  });

  it("shows what documents contain as text, in their direction", async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await search(page, "gold in red");
    const hit = page.locator('.hits > li[data-key="markup"]');
    assert.match(await hit.innerText(), /<img src=x onerror="alert\(1\)">/);
    assert.equal(await page.locator(".hits img, .hits script").count(), 0);
    await page.locator("#query").fill("النهر");
    await settled(page, "النهر");
    const title = `document.querySelector('.hits > li[data-key="arabic"] h3')`;
    assert.equal(await page.evaluate(`getComputedStyle(${title}).direction`), "rtl");
    assert.deepEqual(complaints, []);
  });

  it("comes back by itself after the server was away", async () => {
    const port = new URL(server.url).port;
    const { page } = await openPage(browser, server.url);
    await page.locator("#query").waitFor();
    server.kill("SIGKILL");
    await server.ended;
    await page.locator("#query").pressSequentially("river");
    await page.getByText("The connection is lost").waitFor();
    server = await start(["--http-port", port]);
    await settled(page, "river");
    assert.equal(await page.locator(".problem").count(), 0);
  });

  it("lays out only the few of a thousand hits that are seen", async () => {
    const dim = 16;
    await server.client.collections.create({ name: "many", dim });
    const many = seededDocuments({ seed: 7, count: 1000, dim });
    const numbered = many.map((one, i) => ({ ...one, text: `number ${i}: ${one.text}` }));
    await server.client.ingest("many", numbered);
    const { page, complaints } = await openPage(browser, `${server.url}/?collection=many&k=1000`);
    await search(page, "number");
    const laidOut = `[...document.querySelectorAll(".hits > li")]
      .map((item) => item.querySelector("h3").checkVisibility({ contentVisibilityAuto: true }))`;
    const seen = await page.evaluate<boolean[]>(laidOut);
    assert.equal(seen.length, 1000);
    assert.ok(seen.filter(Boolean).length < 100, String(seen.filter(Boolean).length));
    assert.deepEqual(complaints, []);
  });

  it("shows collections, jobs, live figures and slow searches to operators", async () => {
    await server.client.searchFinal({ collection: "notes", text: "<b>washed</b> with patience" });
    const { page, complaints } = await openPage(browser, `${server.url}/#server`);
    const row = page.getByRole("row", { name: /^notes 6/ });
    await row.getByRole("button", { name: "optimize" }).click();
    await page.getByRole("cell", { name: "succeeded" }).first().waitFor();
    await page.getByText("searches a second").waitFor();
    const slow = page.getByRole("table", { name: "slow searches" });
    await slow.getByRole("cell", { name: "<b>washed</b> with patience" }).waitFor();
    assert.deepEqual(complaints, []);
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(`has no serious fault of accessibility, ${colorScheme} and on a telephone`, async () => {
      for (const viewport of [
        { width: 1200, height: 900 },
        { width: 360, height: 720 },
      ]) {
        const { page } = await openPage(browser, server.url, {
          colorScheme,
          viewport,
          bypassCSP: true,
        });
        await search(page, "river");
        await page.locator(".why").first().click();
        await page.locator(".evidence table").waitFor();
        await page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))");
        assert.deepEqual(await faults(page), []);
        const wide = "document.documentElement.scrollWidth > innerWidth";
        assert.equal(await page.evaluate(wide), false, `too wide for ${viewport.width}`);
        await page.goto(`${server.url}/#server`);
        await page.getByRole("row", { name: /^notes 6/ }).waitFor();
        assert.deepEqual(await faults(page), []);
      }
    });

  it("loads nothing from elsewhere, and says so in its policy", async () => {
    const response = await fetch(server.url);
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    const html = await response.text();
    for (const [, address = ""] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const file = await fetch(new URL(address, server.url));
      assert.equal(file.status, 200, address);
      assert.equal(file.headers.get("x-content-type-options"), "nosniff");
    }
  });
});

async function settled(page: Page, query: string): Promise<void> {
  const list = page.locator(`.hits[data-query=${JSON.stringify(query)}][aria-busy="false"]`);
  await list.waitFor({ timeout: patienceMs });
}

async function keyAt(page: Page, place: number): Promise<string | null> {
  return page.locator(".hits > li").nth(place).getAttribute("data-key");
}

async function textOf(page: Page, selector: string): Promise<string> {
  return page.locator(selector).innerText();
}

/** Faults that a checker calls serious or critical. */
async function faults(page: Page): Promise<unknown[]> {
  await page.evaluate(axe);
  const found = await page.evaluate<{ violations: readonly Fault[] }>("axe.run()");
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

interface Fault {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}
