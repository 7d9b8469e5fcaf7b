// Bounds the searches that are re-ranked at the same time, which have given their turns to others.

export interface RerankTurn {
  /** In [0, 1]. 0: there is room; 1: as many searches are re-ranked as may be. */
  readonly pressure: number;
  /** Called once. */
  end(): void;
}

export interface RerankTurns {
  begin(): RerankTurn;
}

/** Searches for each thread up to which there is no pressure, and at which it is full. */
const perThread = { free: 2, full: 4 } as const;

/** `threadCount`: threads that run cross-encoders. */
export function createRerankTurns(threadCount: number): RerankTurns {
  const freeCount = perThread.free * threadCount;
  const fullCount = perThread.full * threadCount;
  let runningCount = 0;
  return {
    begin() {
      const above = (runningCount - freeCount) / (fullCount - freeCount);
      runningCount += 1;
      return {
        pressure: Math.min(1, Math.max(0, above)),
        end() {
          runningCount -= 1;
        },
      };
    },
  };
}
