// What the tools need of Sluice: an engine in this process, or a remote server.

import type { ExplainedPassage, ExplainRequest } from "../contract/explain.js";
import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { Fields } from "../core/document.js";

/** Methods throw SluiceError or SluiceClientError. */
export interface McpSource {
  /** Streams updates; the last one is final. */
  search(request: SearchRequest, signal: AbortSignal): AsyncIterable<SearchUpdate>;
  explain(request: ExplainRequest, signal: AbortSignal): Promise<ExplainedPassage>;
  get(collection: string, keys: readonly string[], signal: AbortSignal): Promise<McpDocuments>;
  /** In order of their names. */
  listCollections(signal: AbortSignal): Promise<readonly McpCollection[]>;
}

export interface McpDocuments {
  /** In the order of the keys. */
  readonly documents: readonly McpDocument[];
  readonly missingKeys: readonly string[];
}

export interface McpDocument {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly fields: Fields;
}

export interface McpCollection {
  readonly settings: { readonly name: string; readonly modelName?: string | undefined };
  readonly documentCount: number;
  readonly passageCount: number;
}
