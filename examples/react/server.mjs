// A page that is rendered on the server and hydrated in the browser, as frameworks such as Next do it:
//
//   node examples/react/server.mjs http://127.0.0.1:7312 COLLECTION [PORT]
//
// The browser searches through this server, so that Sluice need not be reachable from outside, and a
// key would stay here: `headers` of `passOn` is its place.

/* global AbortController, fetch */

import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { argv, stdout } from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath, URL } from "node:url";
import { build } from "esbuild";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { createBrowserClient } from "sluice/browser";

const [, , sluice, collection, port = "0"] = argv;
const outdir = fileURLToPath(new URL("../../build/react-example/", import.meta.url));
const common = { bundle: true, format: "esm", jsx: "automatic", outdir, logLevel: "warning" };
const source = (name) => [fileURLToPath(new URL(name, import.meta.url))];
await build({ ...common, entryPoints: source("page.jsx"), packages: "external" });
await build({
  ...common,
  entryPoints: source("browser.jsx"),
  minify: true,
  define: { "process.env.NODE_ENV": '"production"' },
});
const { SearchPage, requestOf } = await import(new URL(`file://${outdir}page.js`));
const client = createBrowserClient({ baseUrl: sluice });

/** The results that a search has after 300 ms at the latest, or null. */
async function searched(query) {
  const request = requestOf(collection, query);
  if (request === undefined) return null;
  let last = null;
  for await (const update of client.search({ ...request, budget_ms: 300 })) last = update;
  return last;
}

async function page(query) {
  const properties = { collection, initialQuery: query, initial: await searched(query) };
  // Texts of documents are data: none of them may end the element.
  const data = JSON.stringify(properties).replaceAll("<", "\\u003c");
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Search</title><link rel="icon" href="data:,">
<div id="root">${renderToString(createElement(SearchPage, properties))}</div>
<script id="properties" type="application/json">${data}</script>
<script type="module" src="/browser.js"></script></html>`;
}

/** A search of the browser, whose updates go on as they come; it ends when the browser leaves. */
async function passOn(request, response) {
  const left = new AbortController();
  response.on("close", () => left.abort());
  const { accept, "content-type": type } = request.headers;
  const answer = await fetch(`${sluice}/v1/collections/${encodeURIComponent(collection)}:search`, {
    method: "POST",
    headers: { accept, "content-type": type },
    body: request,
    duplex: "half",
    signal: left.signal,
  });
  response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") });
  await pipeline(Readable.fromWeb(answer.body), response);
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://page");
  if (request.method === "POST" && pathname.endsWith(":search")) return passOn(request, response);
  if (pathname === "/browser.js") {
    response.writeHead(200, { "content-type": "text/javascript" });
    return pipeline(createReadStream(`${outdir}browser.js`), response);
  }
  if (pathname !== "/") return response.writeHead(404).end();
  const html = await page(searchParams.get("q") ?? "");
  return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => {
    // The browser has left, or Sluice cannot be reached.
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end("the search is not available");
  });
});
server.listen(Number(port), "127.0.0.1", () =>
  stdout.write(`http://127.0.0.1:${server.address().port}/\n`),
);
