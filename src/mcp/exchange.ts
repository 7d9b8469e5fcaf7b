// MCP over HTTP: one message and its answer. There are no sessions and no streams of events, so any
// server behind a load balancer can take any message.

import { createMcpHandler } from "./sdk.bundle.js";
import { createMcpServer } from "./server.js";
import type { McpParts } from "./server.js";

export interface McpRequest {
  readonly headers: Readonly<NodeJS.Dict<string | string[]>>;
  /** The parsed body. */
  readonly message: unknown;
  /** Aborts when the caller has left. */
  readonly signal: AbortSignal;
}

export interface McpAnswer {
  readonly status: number;
  readonly text: string;
  /** Absent without content. */
  readonly contentType: string | undefined;
}

export async function answerMcp(parts: McpParts, asked: McpRequest): Promise<McpAnswer> {
  const handler = createMcpHandler(() => createMcpServer(parts), {
    // Nothing changes that could be told, so no stream of changes is opened.
    maxSubscriptions: 0,
    onerror: () => undefined,
  });
  const { message, signal } = asked;
  // Only the headers matter: the caller was checked and the body read before.
  const request = new Request("http://localhost/mcp", {
    method: "POST",
    headers: headersOf(asked.headers),
    signal,
  });
  const response = await handler.fetch(request, { parsedBody: message });
  return {
    status: response.status,
    text: await response.text(),
    contentType: response.headers.get("content-type") ?? undefined,
  };
}

/** Headers that the protocol defines. */
function headersOf(all: McpRequest["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(all)) {
    if (typeof value !== "string") continue;
    if (name === "accept" || name === "content-type" || name.startsWith("mcp-"))
      headers.set(name, value);
  }
  return headers;
}
