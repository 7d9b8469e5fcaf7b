// A queue with priorities in which clients take turns: who sends much waits behind himself.

import type { Priority } from "./request.js";

export interface FairQueue<T> {
  readonly size: number;
  sizes(): Record<Priority, number>;
  /** How many are taken before one that comes now. O(clients that wait). */
  sizeAhead(of: { readonly priority: Priority; readonly client: string }): number;
  /** Returns what takes it out again; nothing happens when it was taken before. */
  add(item: T, of: { readonly priority: Priority; readonly client: string }): () => void;
  /** The next one: highest priority first, in it the clients in turn, of each the oldest. */
  take(): T | undefined;
}

/** Urgent first; the last one gets one turn in `turnsPerLow` however many others wait. */
const priorities = ["high", "normal", "low"] as const satisfies readonly Priority[];
const turnsPerLow = 16;

/** Sets keep their order of insertion: the oldest is the first, and removal costs no search. */
type Line<T> = Map<string, Set<{ readonly item: T }>>;

/** Adding, taking and removing take constant time, whatever waits. */
export function createFairQueue<T>(): FairQueue<T> {
  const lines: Record<Priority, Line<T>> = { high: new Map(), normal: new Map(), low: new Map() };
  const counts: Record<Priority, number> = { high: 0, normal: 0, low: 0 };
  let turnsSinceLow = 0;

  const takeFrom = (priority: Priority): T | undefined => {
    const line = lines[priority];
    for (const [client, waiting] of line) {
      // To the end of the line: the others come first now.
      line.delete(client);
      const [first] = waiting;
      if (first === undefined) continue;
      waiting.delete(first);
      if (waiting.size > 0) line.set(client, waiting);
      counts[priority] -= 1;
      return first.item;
    }
    return undefined;
  };

  return {
    get size() {
      return counts.high + counts.normal + counts.low;
    },
    sizes: () => ({ ...counts }),
    sizeAhead({ priority, client }) {
      const line = lines[priority];
      // Until the turn of the newest of this client, each of the others has as many turns.
      const turns = 1 + (line.get(client)?.size ?? 0);
      let same = 0;
      for (const waiting of line.values()) same += Math.min(waiting.size, turns);
      switch (priority) {
        case "high":
          return same;
        case "normal":
          return counts.high + same;
        case "low":
          return Math.min(counts.high + counts.normal, (same + 1) * (turnsPerLow - 1)) + same;
      }
    },
    add(item, { priority, client }) {
      const line = lines[priority];
      let waiting = line.get(client);
      if (waiting === undefined) line.set(client, (waiting = new Set()));
      const entry = { item };
      waiting.add(entry);
      counts[priority] += 1;
      const own = waiting;
      return () => {
        if (!own.delete(entry)) return;
        counts[priority] -= 1;
        if (own.size === 0 && line.get(client) === own) line.delete(client);
      };
    },
    take() {
      const isTurnOfLow = counts.low > 0 && turnsSinceLow >= turnsPerLow - 1;
      const order = isTurnOfLow ? (["low"] as const) : priorities;
      const priority = order.find((name) => counts[name] > 0);
      if (priority === undefined) return undefined;
      turnsSinceLow = priority === "low" ? 0 : turnsSinceLow + 1;
      return takeFrom(priority);
    },
  };
}
