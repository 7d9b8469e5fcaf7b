// The example of a React page: rendered on its server, hydrated in a real browser, searching a real
// server.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";

import { openBrowser, openPage } from "../support/browser.js";
import { startChild } from "../support/child.js";
import type { Child } from "../support/child.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

describe("the example of a React page", function () {
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  let browser: Browser;
  let server: ServerProcess;
  let example: Child;
  let address: string;
  before(async () => {
    browser = await openBrowser();
    server = await startServerProcess({ data: folder });
    await server.client.collections.create({ name: "notes" });
    await server.client.ingest("notes", [
      { key: "river", title: "Rivers of gold", text: "Miners washed gold out of the gravel." },
      { key: "valley", title: "A quiet valley", text: "Snow melts in the valley." },
      { key: "markup", title: "</script><b>", text: "<img src=x onerror=alert(1)> of gold" },
    ]);
    const program = new URL("../../../examples/react/server.mjs", import.meta.url);
    example = startChild(program, [server.url, "notes"]);
    address = await example.nextLine();
  });
  after(async () => {
    example.kill("SIGTERM");
    await browser.close();
    await stopServer(server);
    rmSync(folder, { recursive: true, force: true });
  });

  it("has its results before any script runs, and texts of documents as text", async () => {
    const html = await (await fetch(`${address}?q=washing%20gold`)).text();
    assert.match(html, /<h2>Rivers of gold<\/h2><p>Miners washed gold/);
    assert.match(html, /&lt;img src=x onerror/);
    assert.doesNotMatch(html, /<img|<b>/);
    assert.match(await (await fetch(address)).text(), /<ol[^>]*><\/ol>/);
  });

  it("is hydrated without a difference, and settles a search while one types", async () => {
    const { page, complaints } = await openPage(browser, `${address}?q=washing%20gold`);
    await page.locator('ol[data-status="done"]').waitFor();
    assert.equal(await page.locator("h2").first().innerText(), "Rivers of gold");
    await page.getByRole("searchbox").fill("");
    await page.getByRole("searchbox").pressSequentially("snow in the valley");
    await page.locator('ol[data-status="done"] > li:first-child', { hasText: "quiet" }).waitFor();
    await page.locator('ol > li:not([data-settled="true"])').waitFor({ state: "detached" });
    assert.deepEqual(complaints, []);
  });
});
