// How long stages of a collection have taken lately: what is not expected to fit is not begun.

/** Of late interaction and of the cross-encoder the time until they have their first ranking. */
export type PlannedStage = "candidates" | "late_interaction" | "cross_encoder";

export interface StageTimes {
  note(stage: PlannedStage, ms: number): void;
  /** Milliseconds that 19 of 20 recent ones took at most; undefined: too few are known to say. */
  expectedMs(stage: PlannedStage): number | undefined;
  /** The stage was left out. Its oldest time is forgotten, so that it is tried again some time. */
  skipped(stage: PlannedStage): void;
}

/** Recent times that are kept, and how many it takes to say anything. */
const timesMax = 64;
const timesMin = 8;

/** O(timesMax log timesMax) a question. */
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
