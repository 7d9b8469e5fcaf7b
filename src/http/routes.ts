// The routes of the HTTP port. The server answers no others; docs/reference/http.md lists them.

import type { HttpRoute } from "./route.js";
import { collectionRoutes } from "./routes/collections.js";
import { documentRoutes } from "./routes/documents.js";
import { feedbackRoutes } from "./routes/feedback.js";
import { mcpRoutes } from "./routes/mcp.js";
import { operationRoutes } from "./routes/operations.js";
import { pageRoutes } from "./routes/page.js";
import { probeRoutes } from "./routes/probes.js";
import { referenceRoutes } from "./routes/reference.js";
import { rerankRoutes } from "./routes/rerank.js";
import { searchRoutes, sessionRoutes } from "./routes/search.js";

export const routes: readonly HttpRoute[] = [
  ...searchRoutes,
  ...sessionRoutes,
  ...documentRoutes,
  ...collectionRoutes,
  ...operationRoutes,
  ...feedbackRoutes,
  ...rerankRoutes,
  ...mcpRoutes,
  ...probeRoutes,
  ...referenceRoutes,
  ...pageRoutes,
];
