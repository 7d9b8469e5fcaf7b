// The tools over a server that is reached by gRPC.

import type { SluiceClient } from "../client/client.js";
import type { McpSource } from "./source.js";

export function clientSource(client: SluiceClient): McpSource {
  return {
    search: (request, signal) => client.search(request, { signal }),
    explain: (request, signal) => client.explain(request, { signal }),
    get: (collection, keys, signal) => client.get(collection, keys, { signal }),
    listCollections: (signal) => client.collections.list({ signal }),
  };
}
