// Semaphore with first-in, first-out order.

export interface Slots {
  /** Slots that are free. */
  readonly freeCount: number;
  readonly waitingCount: number;
  /**
   * Resolves with a function that releases the slot, to be called once; with undefined when
   * `isWanted` returns false at the caller's turn.
   */
  take(isWanted: () => boolean): Promise<(() => void) | undefined>;
}

/** `onWait` is called when a caller has to wait, so that it can free a slot. */
export function createSlots(count: number, onWait: () => void): Slots {
  let freeCount = count;
  const waiting: { isWanted: () => boolean; grant: (place: (() => void) | undefined) => void }[] =
    [];
  const giveBack = (): void => {
    freeCount += 1;
    while (freeCount > 0) {
      const next = waiting.shift();
      if (next === undefined) return;
      next.grant(next.isWanted() ? taken() : undefined);
    }
  };
  const taken = (): (() => void) => {
    freeCount -= 1;
    return giveBack;
  };
  return {
    get freeCount() {
      return freeCount;
    },
    get waitingCount() {
      return waiting.length;
    },
    take(isWanted) {
      if (freeCount > 0) return Promise.resolve(taken());
      return new Promise((grant) => {
        waiting.push({ isWanted, grant });
        onWait();
      });
    },
  };
}
