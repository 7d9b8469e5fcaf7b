// A reranking service on its own port, which responds or misbehaves as a test defines.

import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import type { RemoteRerankerConfig } from "../../src/config/remote-rerankers.js";

export interface ServiceRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
}

export type Behave = (
  request: ServiceRequest,
  response: ServerResponse,
  incoming: IncomingMessage,
) => void;

export interface RerankService {
  readonly url: string;
  /** Requests received, in order. */
  readonly requests: readonly ServiceRequest[];
  behave: Behave;
}

/** Call it inside a suite: a new service for each of its tests. */
export function useRerankService(): () => RerankService {
  let service: (RerankService & { stop(): Promise<void> }) | undefined;
  beforeEach(async () => {
    service = await startRerankService();
  });
  afterEach(() => service?.stop());
  return () => service!;
}

async function startRerankService(): Promise<RerankService & { stop(): Promise<void> }> {
  const requests: ServiceRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      const request = {
        path: incoming.url ?? "",
        authorization: incoming.headers.authorization,
        traceparent: incoming.headers.traceparent?.toString(),
        tracestate: incoming.headers.tracestate?.toString(),
        body,
        texts: (body["texts"] ?? body["documents"]) as string[],
      };
      requests.push(request);
      service.behave(request, response, incoming);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const service = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    behave: answerWith((text: string) => relevanceOf(text)),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return service;
}

/** A number in [0, 1) that depends on the whole text. */
export function relevanceOf(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + character.charCodeAt(0)) % 1009;
  return sum / 1009;
}

/** Best first, in the format of the requested path. */
export function answerWith(relevance: (text: string) => number): Behave {
  return ({ path, texts, body }, response) => {
    const scored = texts.map((text, index) => ({ index, score: relevance(text) }));
    scored.sort((a, b) => b.score - a.score);
    const results = scored.map(({ index, score }) => ({ index, relevance_score: score }));
    const isVoyage = "truncation" in body;
    const shape = path.endsWith("/v2/rerank") || path.endsWith("/v1/rerank");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(!shape ? scored : isVoyage ? { data: results } : { results }));
  };
}

export function answerStatus(status: number, headers: Record<string, string> = {}): Behave {
  return ({ authorization = "" }, response) => {
    response.writeHead(status, headers);
    // Some services repeat the key in their error messages.
    response.end(JSON.stringify({ message: `no: ${authorization}` }));
  };
}

export function answerText(text: string): Behave {
  return (_, response) => void response.end(text);
}

export const serviceKey = "zx-secret-4711-key";

export function serviceConfig(
  edit: Partial<RemoteRerankerConfig> & { readonly url: string },
): RemoteRerankerConfig {
  return {
    name: "far",
    shape: "cohere",
    model: "rerank-test",
    key: () => serviceKey,
    timeoutMs: 5000,
    attempts: 1,
    documentsPerCall: 100,
    charactersPerCall: 400_000,
    callsAtOnce: 4,
    ...edit,
  };
}
