// The routes of the HTTP port. The server answers no others; docs/reference/http.md lists them.

import type { Requirement } from "../access/identity.js";

export interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  /** Permission that callers need. */
  readonly requirement: Requirement;
  /** One sentence for the reference. */
  readonly about: string;
}

export const routes: readonly Route[] = [
  {
    path: "/v1/search",
    methods: ["GET", "POST"],
    requirement: "read",
    about:
      "Searches a collection; updates come as Server-Sent Events, or the final one as JSON with `Accept: application/json`.",
  },
  {
    path: "/v1/export",
    methods: ["GET", "POST"],
    requirement: "read",
    about:
      "Streams the documents of a collection as lines of JSON (NDJSON), which `sluice ingest` reads.",
  },
  {
    path: "/v1/feedback",
    methods: ["POST"],
    requirement: "feedback",
    about: "Records what a user did with a hit; answered when the event is on disk.",
  },
  {
    path: "/v1/rerank",
    methods: ["POST"],
    requirement: "read",
    about: "Ranks given texts, in the shape of the first version of Cohere's API and of Voyage's.",
  },
  {
    path: "/v2/rerank",
    methods: ["POST"],
    requirement: "read",
    about: "Ranks given texts, in the shape of the second version of Cohere's API and of Jina's.",
  },
  {
    path: "/livez",
    methods: ["GET", "HEAD"],
    requirement: "open",
    about: "200 while the process runs.",
  },
  {
    path: "/readyz",
    methods: ["GET", "HEAD"],
    requirement: "open",
    about:
      "200 when the model and the data are open and writable; 503 while the server starts or stops, or after a failed sync.",
  },
  {
    path: "/metrics",
    methods: ["GET", "HEAD"],
    requirement: "metrics",
    about: "Metrics in the text format of Prometheus.",
  },
];
