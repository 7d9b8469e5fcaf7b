// A number of places, handed out in the order in which they are asked for.

export interface Slots {
  /** Places that nobody has. */
  readonly freeCount: number;
  readonly waitingCount: number;
  /**
   * Resolves with what gives the place back, to be called once; undefined when it is the caller's turn
   * and `isWanted` says no.
   */
  take(isWanted: () => boolean): Promise<(() => void) | undefined>;
}

/** `onWait` hears that somebody has to wait: it may free a place. */
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
