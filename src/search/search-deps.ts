// Dependencies of one search: the generation that it reads, scoring, encoding, and the clock.

import type { Clock } from "../core/clock.js";
import type { EncodedQuery } from "../codec/codec.js";
import type { SoftDeadline } from "../core/soft-deadline.js";
import type { TraceSpan } from "../core/trace-span.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { EligiblePassages } from "../index/eligible-passages.js";
import type { Generation } from "../index/generation.js";
import type { SegmentPart } from "../index/segment-parts.js";
import type { Scorer } from "../scoring/scorer.js";
import type { ScoreCalibration } from "../store/stored-values.js";
import type { RerankTurn } from "./rerank-turns.js";
import type { FindReranker } from "./reranker.js";
import type { StageTimes } from "./stage-times.js";

/** Dependencies of one search, explanation or measurement. */
export interface SearchDeps {
  readonly settings: CollectionSettings;
  readonly generation: Generation;
  readonly scorer: Scorer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly deadline: SoftDeadline;
  /** Recent stage times of the collection's searches. */
  readonly times: StageTimes;
  /**
   * Queue pressure for this search's priority, in [0, 1]: 0 = nothing queued, 1 = queue at
   * capacity.
   */
  readonly pressure: number;
  /** Cancel flag: raised when the signal aborts or the search ends, so that running tasks stop. */
  readonly cancel: SharedArrayBuffer;
  /** Milliseconds that the search was queued. */
  readonly queuedMs: number;
  /** Span of the search. Absent while tracing is off. */
  readonly span: TraceSpan | undefined;
  readonly findReranker: FindReranker;
  /**
   * The cross-encoder begins: the search gives its turn to others, which wait for scoring threads
   * and not for encoding threads.
   */
  beginReranking(): RerankTurn;
  /**
   * Score maps of the collection, the same array until they are replaced; empty: there are none.
   */
  readonly scoreMaps: readonly ScoreCalibration[];
  /** Number of tokens of each text, without special tokens, by the context's tokenizer. */
  readonly countTokens: (texts: readonly string[]) => Promise<readonly number[]>;
  /**
   * The quantized query, from its vectors or by the model. Returns undefined when it has neither.
   */
  encodeQuery(): Promise<EncodedQuery> | undefined;
}

/** Which passages a search may return. */
export interface SearchScope {
  /** When absent, all passages that are not deleted are eligible. */
  readonly eligible: EligiblePassages | undefined;
  readonly passageCount: number;
}

/** Dependencies of the stages: the filter is evaluated. */
export interface ScopedDeps extends SearchDeps {
  readonly scope: SearchScope;
}

export function segmentPartsOf(generation: Generation): SegmentPart[] {
  return generation.segments.map((segment) => segment.part);
}
