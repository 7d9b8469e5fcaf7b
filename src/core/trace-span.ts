// Spans of distributed traces, as the layers that record them see them. src/observability/tracing.ts
// makes them with OpenTelemetry; while tracing is off there are none.

export type SpanAttributes = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export interface SpanStart {
  /** Milliseconds of the monotonic clock; default: now. */
  readonly startMs?: number | undefined;
  /** Whether the span is a call to another service. */
  readonly isRemote?: boolean | undefined;
  readonly attributes?: SpanAttributes | undefined;
}

export interface SpanEnd {
  /** Reason of the failure, such as `DEADLINE_EXCEEDED`; absent: the work succeeded. */
  readonly error?: string | undefined;
  /** Milliseconds of the monotonic clock; default: now. */
  readonly endMs?: number | undefined;
}

export interface TraceSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** False: nothing is recorded, and the span only carries the decision on to remote services. */
  readonly isSampled: boolean;
  /** `traceparent` and `tracestate` for a request to a remote service. */
  headers(): Readonly<Record<string, string>>;
  /** Begins a span within this one. A span that is not sampled returns itself. */
  child(name: string, start?: SpanStart): TraceSpan;
  set(attributes: SpanAttributes): void;
  rename(name: string): void;
  /** Idempotent. */
  end(end?: SpanEnd): void;
}

/** A call as its headers describe it. */
export interface TracedCall {
  /** Such as `sluice.v1.SearchService/Search` or `POST /v1/search`. */
  readonly name: string;
  readonly attributes: SpanAttributes;
  /** As the caller sent them; invalid ones count as absent. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** Begins the span of a call. Its caller decides whether it is sampled, otherwise the ratio does. */
export type BeginSpan = (call: TracedCall) => TraceSpan;
