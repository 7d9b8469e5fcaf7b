// What the port says of itself: the OpenAPI document, and the same as a page.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "../../core/memoize.js";
import { repositoryRoot } from "../../core/paths.js";
import { jsonType } from "../exchange.js";
import { referencePage, referencePolicy } from "../reference-page.js";
import type { ApiDocument } from "../reference-page.js";
import { route } from "../route.js";
import type { HttpRoute } from "../route.js";

const tag = "Operation of the server";

/** Made at the first request. */
const texts = new Map<"document" | "page", string>();

/** `make tables` writes the file. */
function openApi(): string {
  return once(texts, "document", () =>
    readFileSync(join(repositoryRoot(), "proto/openapi.json"), "utf8"),
  );
}

function page(): string {
  return once(texts, "page", () => referencePage(JSON.parse(openApi()) as ApiDocument));
}

export const referenceRoutes: readonly HttpRoute[] = [
  route({
    tag,
    method: "GET",
    path: "/openapi.json",
    requirement: "open",
    rpcs: [],
    about: "Describes all routes in the form of OpenAPI 3.1.",
    answer: { status: 200, text: "application/json" },
    handle: () => ({ status: 200, contentType: jsonType, text: openApi() }),
  }),
  route({
    tag,
    method: "GET",
    path: "/reference",
    requirement: "open",
    rpcs: [],
    about: "Shows the same as a page.",
    answer: { status: 200, text: "text/html" },
    handle: () => ({
      status: 200,
      contentType: "text/html; charset=utf-8",
      text: page(),
      headers: { "content-security-policy": referencePolicy },
    }),
  }),
];
