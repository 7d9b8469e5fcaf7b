// Searches that took long, as operators see them.

import { anyText, count, implicit, list, message, optional, words } from "./fields.js";
import type { FieldTable } from "./fields.js";
import { certificate, coverageFields, degradationFields, timingFields } from "./search-update.js";
import type { SearchUpdate } from "./search-update.js";

const searchOutcomes = ["ok", "cancelled", "deadline", "refused", "failed"] as const;
/** How a search ended. `refused`: rejected by admission control before it ran. */
export type SearchOutcome = (typeof searchOutcomes)[number];

/** A search that took longer than `log.slowSearchMs`. */
export interface SlowSearch {
  readonly collection: string;
  /** At most limits.slowSearchTextMax of it; empty when the query had none. */
  readonly queryText: string;
  /** Milliseconds since 1970. */
  readonly endTimeMs: number;
  /** From its arrival to its end, microseconds. */
  readonly durationUs: number;
  /** Microseconds; absent, as what follows, when no update was sent. */
  readonly firstUpdateUs?: number | undefined;
  readonly outcome: SearchOutcome;
  /** Of the last update, as what follows. */
  readonly certificate?: SearchUpdate["certificate"] | undefined;
  readonly timings?: SearchUpdate["timings"] | undefined;
  readonly coverage?: SearchUpdate["coverage"] | undefined;
  /** Empty when no update was sent. */
  readonly degradations: SearchUpdate["degradations"];
  readonly requestId?: string | undefined;
}

/** Of proto SlowSearch. */
export const slowSearchFields = {
  collection: anyText,
  queryText: anyText,
  endTimeMs: count,
  durationUs: count,
  firstUpdateUs: optional(count),
  outcome: words("SEARCH_OUTCOME_", searchOutcomes),
  certificate: optional(certificate),
  timings: optional(message(timingFields)),
  coverage: optional(message(coverageFields)),
  degradations: list(message(degradationFields)),
  requestId: implicit(anyText),
} satisfies FieldTable<SlowSearch>;

export interface SlowSearchList {
  /** The newest first. */
  readonly searches: readonly SlowSearch[];
}

/** Of proto ListSlowSearchesResponse. */
export const slowSearchesFields = {
  searches: list(message(slowSearchFields)),
} satisfies FieldTable<SlowSearchList>;
