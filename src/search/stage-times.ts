// Recent times of a collection's stages: a stage that is not expected to end in time is not begun.

/** Late interaction and the cross-encoder are timed until their first ranking. */
export type PlannedStage = "candidates" | "late_interaction" | "cross_encoder";

export interface StageTimes {
  note(stage: PlannedStage, ms: number): void;
  /**
   * The 95th percentile of recent times in milliseconds. Returns undefined when too few were
   * measured.
   */
  expectedMs(stage: PlannedStage): number | undefined;
  /** The stage was skipped. Drops its oldest time, so that it is tried again eventually. */
  skipped(stage: PlannedStage): void;
}

/** Times that are kept, and how many an expectation needs. */
const timesMax = 64;
const timesMin = 8;

/** `expectedMs` is O(timesMax log timesMax). */
export function createStageTimes(): StageTimes {
  const times: Record<PlannedStage, number[]> = {
    candidates: [],
    late_interaction: [],
    cross_encoder: [],
  };
  return {
    note(stage, ms) {
      const list = times[stage];
      list.push(ms);
      if (list.length > timesMax) list.shift();
    },
    expectedMs(stage) {
      const list = times[stage];
      if (list.length < timesMin) return undefined;
      const sorted = list.toSorted((a, b) => a - b);
      return sorted[Math.floor(0.95 * (sorted.length - 1))];
    },
    skipped: (stage) => void times[stage].shift(),
  };
}
