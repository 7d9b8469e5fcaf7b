// A ranking on its way to become an update.

import type { Coverage, ScoreParts, Stage } from "../contract/search-update.js";
import type { RankedPassage } from "./ranking.js";

/** A ranking as a stage has it. */
export interface Draft {
  readonly stage: Stage;
  readonly ranked: readonly RankedPassage[];
  partsOf(passage: RankedPassage): ScoreParts;
  /** Leading ones that no work left in this stream can change; undefined: none. */
  readonly settledCount?: number;
  /** False: a lexical ranking that is not proved to be the exact one; undefined: as the stage is. */
  readonly isExact?: boolean;
  /** Figures that grew; the others stay. */
  readonly coverage: Partial<Coverage>;
}
