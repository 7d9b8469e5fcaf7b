// `make screenshot`: runs the demo's search and writes the pictures of README.md: search.svg, the first
// and the last update of one stream as `sluice search` draws them, and page.png, the search page in
// Debian's Chromium.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startServer } from "../../src/app/serve.js";
import { connect } from "../../src/cli/connection.js";
import { createContext } from "../../src/cli/context.js";
import {
  demoCollection,
  prepareCorpus,
  storeDocuments,
} from "../../src/cli/demo/prepare-corpus.js";
import { rankingLines, timingsLine } from "../../src/cli/terminal/ranking-view.js";
import { createStyle } from "../../src/cli/terminal/terminal.js";
import { loadConfig } from "../../src/config/load-config.js";
import { present } from "../../src/core/assert.js";
import { repositoryRoot } from "../../src/core/paths.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import { createLogger } from "../../src/observability/logger.js";
import { createNoMetrics } from "../../src/observability/metrics.js";
import { openBrowser, openPage } from "../support/browser.js";
import { terminalSvg } from "./terminal-svg.js";

const query = "how do I read a file line by line";
const columns = 100;
const hitsMax = 4;

const root = repositoryRoot();
const images = join(root, "docs/images");
const folder = join(root, ".demo");
const flags = { data: join(folder, "data"), grpcPort: 0, httpPort: 0 };
const logger = createLogger({ level: "warn", format: "text" });
const server = await startServer(loadConfig({ flags }).config, {
  logger,
  metrics: createNoMetrics(),
  version: "0",
});
const client = await connect({ server: `127.0.0.1:${server.grpcPort}` });
try {
  const context = createContext();
  const say = (line: string): void => context.print(line);
  const { first, rest } = await prepareCorpus(client, { folder, say });
  await storeDocuments(client, [...first, ...rest], { context, say });
  // Code that has not run yet is compiled while it runs: searches for something else come first.
  for (let i = 0; i < 50; i += 1)
    await client.searchFinal({ collection: demoCollection, text: `first words ${i}` });
  const updates: SearchUpdate[] = [];
  const request = { collection: demoCollection, text: query, minUpdateIntervalMs: 0 };
  for await (const update of client.search(request)) updates.push(update);
  mkdirSync(images, { recursive: true });
  writeFileSync(join(images, "search.svg"), terminalSvg(picture(updates), columns));
  await photographPage();
} finally {
  client.close();
  await server.stop();
}

async function photographPage(): Promise<void> {
  const browser = await openBrowser();
  try {
    const parameters = new URLSearchParams({ collection: demoCollection, q: query });
    const viewport = { width: 1100, height: 720 };
    const url = `http://127.0.0.1:${server.httpPort}/?${String(parameters)}`;
    const { page } = await openPage(browser, url, { viewport, colorScheme: "light" });
    await page.locator(`.hits[data-query=${JSON.stringify(query)}]`).waitFor();
    await page.getByText("final", { exact: true }).first().waitFor();
    await page.screenshot({ path: join(images, "page.png"), animations: "disabled" });
  } finally {
    await browser.close();
  }
}

function picture(updates: readonly SearchUpdate[]): string[] {
  const style = createStyle(true);
  const first = present(updates[0], "a search has an update");
  const last = present(updates.at(-1), "a search has an update");
  const frame = (update: SearchUpdate, previous?: SearchUpdate): string[] =>
    rankingLines(update, { query, columns, hitsMax, style, previous }).slice(1);
  return [
    `${style.dim("$")} ${style.bold(`sluice search ${demoCollection} "${query}"`)}`,
    "",
    ...frame(first),
    "",
    ...frame(last, first),
    "",
    style.dim(timingsLine(last)),
  ];
}
