// What a search works with: one generation, who scores, who encodes, and the clock.

import type { Clock } from "../core/clock.js";
import type { EncodedQuery } from "../codec/codec.js";
import type { SoftDeadline } from "../core/soft-deadline.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { EligiblePassages } from "../index/eligible-passages.js";
import type { Generation } from "../index/generation.js";
import type { SegmentPart } from "../index/segment-parts.js";
import type { Scorer } from "../scoring/scorer.js";
import type { ScoreCalibration } from "../store/stored-values.js";
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
  /** Of the collection's searches. */
  readonly times: StageTimes;
  /** How many searches wait, as far as it concerns this one: 0 none, 1 as many as are let wait long. */
  readonly pressure: number;
  /** Raised when the signal aborts or the search ends: what is still running stops. */
  readonly cancel: SharedArrayBuffer;
  /** Milliseconds that the search waited before it began. */
  readonly queuedMs: number;
  readonly findReranker: FindReranker;
  /** Maps of the collection's scores, the same array until they are replaced; empty: there are none. */
  readonly scoreMaps: readonly ScoreCalibration[];
  /** Tokens of each text without specials, by the tokenizer of the context that was asked for. */
  readonly countTokens: (texts: readonly string[]) => Promise<readonly number[]>;
  /** The query's codes, from its vectors or by the model; undefined: there are neither. */
  encodeQuery(): Promise<EncodedQuery> | undefined;
}

/** Which passages a search may return. */
export interface Scope {
  /** Undefined: all that are not deleted. */
  readonly eligible: EligiblePassages | undefined;
  readonly passageCount: number;
}

/** What the stages work with: the filter is evaluated. */
export interface ScopedDeps extends SearchDeps {
  readonly scope: Scope;
}

export function segmentPartsOf(generation: Generation): SegmentPart[] {
  return generation.segments.map((segment) => segment.part);
}
