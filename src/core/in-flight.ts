// Promises that have not settled yet, for a pool that must not end before its tasks have.

export interface InFlight {
  /** Returns the promise, which counts as in flight until it settles. */
  track<T>(promise: Promise<T>): Promise<T>;
  /** Resolves when those that are in flight now have settled, however they ended. */
  settled(): Promise<void>;
}

export function createInFlight(): InFlight {
  const promises = new Set<Promise<unknown>>();
  return {
    async track(promise) {
      promises.add(promise);
      try {
        return await promise;
      } finally {
        promises.delete(promise);
      }
    },
    async settled() {
      await Promise.allSettled(promises);
    },
  };
}
