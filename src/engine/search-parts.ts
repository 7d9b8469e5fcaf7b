// What searches, explanations, re-ranking and calibration are made of.

import type { Clock } from "../core/clock.js";
import type { EncodePool } from "../encoding/encode-pool.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Scorer } from "../scoring/scorer.js";
import type { Admission } from "../search/admission.js";
import type { AnswerCache } from "../search/answer-cache.js";
import type { SearchDefaults } from "../search/plan.js";
import type { Collections } from "./collections.js";
import type { QueryCache } from "./encode-query.js";
import type { Models } from "./models.js";
import type { PairCache, RemoteRerankers } from "./rerankers.js";

export interface SearchParts {
  readonly collections: Collections;
  readonly models: Models;
  readonly scorer: Scorer;
  readonly encodePool: EncodePool;
  readonly kernels: Kernels;
  readonly clock: Clock;
  readonly defaults: SearchDefaults;
  /** Time after which a search lets its generation go and answers with what it has. */
  readonly generationAgeMaxMs?: number | undefined;
  readonly admission: Admission;
  readonly caches: SearchCaches;
  readonly remoteRerankers?: RemoteRerankers | undefined;
  readonly onRecallStale?: ((message: string) => void) | undefined;
  /** Model of collections that name none. */
  readonly defaultModel: string;
}

export interface SearchCaches {
  readonly rows: QueryCache;
  readonly answers: AnswerCache;
  readonly pairs: PairCache;
}
