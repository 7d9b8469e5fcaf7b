// One thread at a time opens and closes environments and asks for views of a map: lmdb keeps the
// memory behind views in a table of the process that it does not lock. A thread that is ended
// within such a call takes the process with it, so who ends threads takes the turn first, for good.

/** Shared by all threads that open environments of the same process. */
export type MapTurn = SharedArrayBuffer;

export function createMapTurn(): MapTurn {
  return new SharedArrayBuffer(4);
}

/** Runs `use`, which waits for nothing, while no other thread is in such a call. */
export function inTurn<T>(turn: MapTurn, use: () => T): T {
  const giveBack = takeTurn(turn);
  try {
    return use();
  } finally {
    giveBack();
  }
}

/** Blocks until no other thread has the turn; returns what gives it back. */
export function takeTurn(turn: MapTurn): () => void {
  const flag = new Int32Array(turn);
  while (Atomics.compareExchange(flag, 0, 0, 1) !== 0) Atomics.wait(flag, 0, 1);
  return () => {
    Atomics.store(flag, 0, 0);
    Atomics.notify(flag, 0, 1);
  };
}
