// A collector of traces on its own port: an HTTP server that decodes the protobuf of OTLP.

import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { loadSync } from "@grpc/proto-loader";
import type { MethodDefinition } from "@grpc/proto-loader";

import { repositoryRoot } from "../../src/core/paths.js";

export interface CollectedSpan {
  /** Hexadecimal. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: string;
  readonly traceState: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly isFailed: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Attributes of the server. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface OtlpCollector {
  readonly url: string;
  /** Spans of all requests, in order. */
  readonly spans: readonly CollectedSpan[];
  readonly headers: readonly IncomingHttpHeaders[];
  /** Answers a request whose spans were read. */
  respond: (response: ServerResponse) => void;
  stop(): Promise<void>;
}

export function accept(response: ServerResponse): void {
  response.setHeader("content-type", "application/x-protobuf");
  response.end();
}

export async function startOtlpCollector(): Promise<OtlpCollector> {
  const decode = requestDecoder();
  const spans: CollectedSpan[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const isExpected = request.method === "POST" && request.url === "/v1/traces";
      if (!isExpected || request.headers["content-type"] !== "application/x-protobuf") {
        response.writeHead(404).end();
        return;
      }
      headers.push(request.headers);
      spans.push(...spansOf(decode(Buffer.concat(chunks))));
      collector.respond(response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const collector: OtlpCollector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    respond: accept,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return collector;
}

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

interface AnyValue {
  /** Name of the property that holds it. */
  readonly value: string;
  readonly array_value?: { readonly values: readonly AnyValue[] };
}

interface ExportRequest {
  readonly resource_spans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] } | null;
    readonly scope_spans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

interface WireSpan {
  readonly trace_id: Buffer;
  readonly span_id: Buffer;
  readonly parent_span_id: Buffer;
  readonly trace_state: string;
  readonly name: string;
  readonly kind: string;
  readonly start_time_unix_nano: string;
  readonly end_time_unix_nano: string;
  readonly attributes: readonly KeyValue[];
  readonly status: { readonly code: string } | null;
}

function requestDecoder(): (bytes: Buffer) => ExportRequest {
  const file = join(repositoryRoot(), "test/fixtures/otlp/trace-service.proto");
  const settings = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
  const service = loadSync(file, settings)["opentelemetry.proto.collector.trace.v1.TraceService"];
  const { Export } = service as unknown as Record<string, MethodDefinition<ExportRequest, object>>;
  return (bytes) => Export!.requestDeserialize(bytes);
}

function spansOf({ resource_spans }: ExportRequest): CollectedSpan[] {
  return resource_spans.flatMap(({ resource, scope_spans }) =>
    scope_spans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.trace_id.toString("hex"),
        spanId: span.span_id.toString("hex"),
        parentId: span.parent_span_id.toString("hex"),
        name: span.name,
        kind: span.kind,
        traceState: span.trace_state,
        startNs: BigInt(span.start_time_unix_nano),
        endNs: BigInt(span.end_time_unix_nano),
        isFailed: span.status?.code === "STATUS_CODE_ERROR",
        attributes: valuesOf(span.attributes),
        resource: valuesOf(resource?.attributes ?? []),
      })),
    ),
  );
}

function valuesOf(pairs: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(any: AnyValue): unknown {
  if (any.value === "array_value") return (any.array_value?.values ?? []).map(valueOf);
  const found = (any as unknown as Readonly<Record<string, unknown>>)[any.value];
  return any.value === "int_value" ? Number(found) : found;
}
