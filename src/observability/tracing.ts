// Traces by OpenTelemetry: spans of sampled calls, exported over OTLP/HTTP as protobuf. The library
// is loaded only when a collector is configured.

import type * as api from "@opentelemetry/api";
import type { ExportResult } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { limits } from "../core/limits.js";
import type {
  SpanAttributes,
  SpanEnd,
  SpanStart,
  TracedCall,
  TraceSpan,
} from "../core/trace-span.js";
import type * as library from "./opentelemetry.bundle.js";

export interface TracingOptions {
  /** Address of the collector, such as `http://127.0.0.1:4318`; `/v1/traces` is appended. */
  readonly endpoint: string;
  /** Share of the calls that are sampled when their caller has not decided, in [0, 1]. */
  readonly sampleRatio: number;
  readonly version: string;
  /** Called when the collector accepted a batch of spans, or when the batch was given up. */
  readonly onExport: (batch: {
    readonly spanCount: number;
    readonly error: Error | undefined;
  }) => void;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

export interface Tracing {
  /** Begins the span of a call. */
  beginCall(call: TracedCall): TraceSpan;
  /** Begins the span of background work; the ratio decides whether it is sampled. */
  beginWork(name: string, attributes: SpanAttributes): TraceSpan;
  /** Exports what is left; takes as long as the collector does, so callers bound their wait. */
  close(): Promise<void>;
}

/**
 * Loads the library, which takes about 200 ms of CPU. At most `limits.traceQueueSpansMax` ended spans wait
 * for the collector; further ones are dropped. No method waits for it or throws because of it.
 *
 * The library itself reads the variables of OpenTelemetry for what has no option here:
 * OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_RESOURCE_ATTRIBUTES,
 * OTEL_SERVICE_NAME.
 */
export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const loaded = await import("./opentelemetry.bundle.js");
  const provider = new loaded.TracerProvider({
    resource: loaded
      .resourceFromAttributes({ "service.name": "sluice", "service.version": options.version })
      .merge(loaded.detectResources({ detectors: [loaded.envDetector] })),
    sampler: new loaded.ParentBasedSampler({
      root: new loaded.TraceIdRatioBasedSampler(options.sampleRatio),
    }),
    spanProcessors: [
      new loaded.BatchSpanProcessor({
        exporter: reporting(
          new loaded.OTLPTraceExporter({
            url: `${options.endpoint.replace(/\/+$/, "")}/v1/traces`,
            timeoutMillis: limits.traceExportMsMax,
          }),
          (result) => result.code === loaded.ExportResultCode.SUCCESS,
          options.onExport,
        ),
        maxQueueSize: limits.traceQueueSpansMax,
        maxExportBatchSize: limits.traceBatchSpansMax,
        scheduledDelayMillis: limits.traceDelayMs,
        // The exporter gives up before.
        exportTimeoutMillis: 2 * limits.traceExportMsMax,
      }),
    ],
  });
  const tracer = provider.getTracer("sluice", options.version);
  const propagator = new loaded.W3CTraceContextPropagator();
  const begin = (
    start: { readonly name: string; readonly kind: api.SpanKind } & Pick<TracedCall, "attributes">,
    parent: api.Context,
  ): TraceSpan => {
    const times = anchoredTimes(options);
    const { name, kind, attributes } = start;
    const settings = { kind, attributes: defined(attributes), startTime: times.now() };
    const span = tracer.startSpan(name, settings, parent);
    const call: CallSpans = { library: loaded, tracer, propagator, times, childCount: 0 };
    return toTraceSpan(call, span, loaded.trace.setSpan(parent, span));
  };
  return {
    beginCall({ name, attributes, traceparent, tracestate }) {
      const parent =
        traceparent === undefined
          ? loaded.ROOT_CONTEXT
          : propagator.extract(
              loaded.ROOT_CONTEXT,
              { traceparent, tracestate },
              loaded.defaultTextMapGetter,
            );
      return begin({ name, attributes, kind: loaded.SpanKind.SERVER }, parent);
    },
    beginWork: (name, attributes) =>
      begin({ name, attributes, kind: loaded.SpanKind.INTERNAL }, loaded.ROOT_CONTEXT),
    close: () => provider.shutdown(),
  };
}

/** Reports the outcome of each batch. */
function reporting(
  exporter: SpanExporter,
  isSuccess: (result: ExportResult) => boolean,
  onExport: TracingOptions["onExport"],
): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const error = isSuccess(result)
          ? undefined
          : (result.error ?? new Error("the export failed"));
        onExport({ spanCount: spans.length, error });
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

interface SpanTimes {
  /** Milliseconds since 1970. */
  now(): number;
  of(monotonicMs: number): number;
}

/**
 * The wall clock is read once per call, so a clock that jumps shifts a whole trace and never makes a
 * span end before it began.
 */
function anchoredTimes({ nowMs, clock }: Pick<TracingOptions, "nowMs" | "clock">): SpanTimes {
  const offsetMs = nowMs() - clock();
  return { now: () => offsetMs + clock(), of: (monotonicMs) => offsetMs + monotonicMs };
}

/** What the spans of one call share. */
interface CallSpans {
  readonly library: typeof library;
  readonly tracer: api.Tracer;
  readonly propagator: api.TextMapPropagator;
  readonly times: SpanTimes;
  /** Spans below the span of the call. */
  childCount: number;
}

function toTraceSpan(call: CallSpans, span: api.Span, context: api.Context): TraceSpan {
  const { library, propagator, times } = call;
  const { traceId } = span.spanContext();
  const isSampled = span.isRecording();
  const headers = (): Record<string, string> => {
    const sent: Record<string, string> = {};
    propagator.inject(context, sent, library.defaultTextMapSetter);
    return sent;
  };
  if (!isSampled) return createPassiveSpan(traceId, headers);
  let hasEnded = false;
  return {
    traceId,
    isSampled,
    headers,
    child(name, start = {}) {
      call.childCount += 1;
      if (call.childCount > limits.traceCallSpansMax) return createPassiveSpan(traceId, headers);
      return beginChild(call, { name, ...start }, context);
    },
    set: (attributes) => void span.setAttributes(defined(attributes)),
    rename: (name) => void span.updateName(name),
    end({ error, endMs }: SpanEnd = {}) {
      if (hasEnded) return;
      hasEnded = true;
      if (error !== undefined) {
        span.setAttribute("error.type", error);
        span.setStatus({ code: library.SpanStatusCode.ERROR, message: error });
      }
      span.end(endMs === undefined ? times.now() : times.of(endMs));
    },
  };
}

function beginChild(
  call: CallSpans,
  { name, startMs, isRemote, attributes = {} }: SpanStart & { readonly name: string },
  context: api.Context,
): TraceSpan {
  const { library, tracer, times } = call;
  const kind = isRemote === true ? library.SpanKind.CLIENT : library.SpanKind.INTERNAL;
  const startTime = startMs === undefined ? times.now() : times.of(startMs);
  const span = tracer.startSpan(
    name,
    { kind, attributes: defined(attributes), startTime },
    context,
  );
  return toTraceSpan(call, span, library.trace.setSpan(context, span));
}

/** A span that records nothing. */
function createPassiveSpan(traceId: string, headers: TraceSpan["headers"]): TraceSpan {
  const span: TraceSpan = {
    traceId,
    isSampled: false,
    headers,
    child: () => span,
    set: () => undefined,
    rename: () => undefined,
    end: () => undefined,
  };
  return span;
}

function defined(attributes: SpanAttributes): api.Attributes {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "object" ? [...value] : value]],
    ),
  );
}
