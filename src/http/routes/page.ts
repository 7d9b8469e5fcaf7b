// The search page: the files that `make page` has bundled. They are read once, at the first request.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SluiceError } from "../../core/errors.js";
import { repositoryRoot } from "../../core/paths.js";
import type { HttpAnswer, HttpCallContext } from "../exchange.js";
import { route } from "../route.js";
import type { HttpRoute } from "../route.js";

/** All that the page loads and calls is its own origin. */
const policy = [
  "default-src 'none'",
  ...["script-src", "style-src", "img-src", "connect-src"].map((kind) => `${kind} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
].join("; ");

const files: readonly (readonly [path: string, name: string, type: string, about: string])[] = [
  ["/", "index.html", "text/html", "The search page."],
  ["/main.js", "main.js", "text/javascript", "The program of the search page."],
  ["/page.css", "page.css", "text/css", "The styles of the search page."],
  ["/page.svg", "page.svg", "image/svg+xml", "The picture of the search page."],
];

export const pageRoutes: readonly HttpRoute[] = files.map(([path, name, type, about]) => {
  let kept: { readonly text: string; readonly etag: string } | undefined;
  return route({
    tag: "Search page",
    method: "GET",
    path,
    requirement: "open",
    rpcs: [],
    about,
    answer: { status: 200, text: type },
    handle(call) {
      kept ??= read(name);
      return answer(call, kept, `${type}; charset=utf-8`);
    },
  });
});

function read(name: string): { readonly text: string; readonly etag: string } {
  let text: string;
  try {
    text = readFileSync(join(repositoryRoot(), "build/page", name), "utf8");
  } catch (cause) {
    throw new SluiceError("PATH_NOT_FOUND", "the search page is not built", { cause });
  }
  return { text, etag: `"${createHash("sha256").update(text).digest("base64url")}"` };
}

/** Browsers ask each time, and load again only what has changed. */
function answer(
  { request }: HttpCallContext,
  { text, etag }: { readonly text: string; readonly etag: string },
  contentType: string,
): HttpAnswer {
  const headers = { etag, "cache-control": "no-cache", "content-security-policy": policy };
  return request.headers["if-none-match"] === etag
    ? { status: 304, text: "", headers }
    : { status: 200, text, contentType, headers };
}
