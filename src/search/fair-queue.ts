// A queue with priorities in which peers take turns, and the clients of each peer do: who sends much
// waits behind himself, under however many names.

import type { Priority } from "../contract/search-request.js";

/** Where something stands in the queue. */
export interface QueuePlace {
  readonly priority: Priority;
  /** Where it comes from; names that a caller gives himself divide only the turns of his peer. */
  readonly peer: string;
  readonly client: string;
}

export interface FairQueue<T> {
  readonly size: number;
  sizes(): Record<Priority, number>;
  /** How many are taken before one that comes now. O(peers that wait, and clients of its own). */
  sizeAhead(of: QueuePlace): number;
  /** Returns what takes it out again; nothing happens when it was taken before. */
  add(item: T, of: QueuePlace): () => void;
  /** The next one: highest priority first, in it the peers in turn, of each the clients in turn. */
  take(): T | undefined;
  /** Takes out the newest of the lowest priority of a peer. O(what waits of it). */
  dropNewest(peer: string): T | undefined;
}

/** Urgent first; the last one gets one turn in `turnsPerLow` however many others wait. */
const priorities = ["high", "normal", "low"] as const satisfies readonly Priority[];
const turnsPerLow = 16;

/** Sets keep their order of insertion: the oldest is the first, and removal costs no search. */
interface PeerLine<T> {
  size: number;
  readonly clients: Map<string, Set<{ readonly item: T }>>;
}

type Line<T> = Map<string, PeerLine<T>>;

/** Adding, taking and removing take constant time, whatever waits. */
export function createFairQueue<T>(): FairQueue<T> {
  const lines: Record<Priority, Line<T>> = { high: new Map(), normal: new Map(), low: new Map() };
  const counts: Record<Priority, number> = { high: 0, normal: 0, low: 0 };
  let turnsSinceLow = 0;

  const remove = (entry: { readonly item: T }, { priority, peer, client }: QueuePlace): boolean => {
    const ofPeer = lines[priority].get(peer);
    const waiting = ofPeer?.clients.get(client);
    if (ofPeer === undefined || waiting?.delete(entry) !== true) return false;
    counts[priority] -= 1;
    ofPeer.size -= 1;
    if (waiting.size === 0) ofPeer.clients.delete(client);
    if (ofPeer.size === 0) lines[priority].delete(peer);
    return true;
  };
  const takeFrom = (priority: Priority): T | undefined => {
    const line = lines[priority];
    for (const [peer, ofPeer] of line) {
      for (const [client, waiting] of ofPeer.clients) {
        const [first] = waiting;
        if (first === undefined) continue;
        // To the end of their lines: the others come first now.
        line.delete(peer);
        line.set(peer, ofPeer);
        ofPeer.clients.delete(client);
        ofPeer.clients.set(client, waiting);
        remove(first, { priority, peer, client });
        return first.item;
      }
    }
    return undefined;
  };

  return {
    get size() {
      return counts.high + counts.normal + counts.low;
    },
    sizes: () => ({ ...counts }),
    sizeAhead({ priority, peer, client }) {
      const line = lines[priority];
      const own = line.get(peer)?.clients;
      // Until the turn of the newest of this client, each of the others has as many turns.
      const turns = 1 + (own?.get(client)?.size ?? 0);
      let same = 0;
      for (const waiting of own?.values() ?? []) same += Math.min(waiting.size, turns);
      const ownTurns = same + 1;
      for (const [name, { size }] of line) if (name !== peer) same += Math.min(size, ownTurns);
      switch (priority) {
        case "high":
          return same;
        case "normal":
          return counts.high + same;
        case "low":
          return Math.min(counts.high + counts.normal, (same + 1) * (turnsPerLow - 1)) + same;
      }
    },
    add(item, place) {
      const { priority, peer, client } = place;
      const line = lines[priority];
      const ofPeer: PeerLine<T> = line.get(peer) ?? { size: 0, clients: new Map() };
      line.set(peer, ofPeer);
      const waiting = ofPeer.clients.get(client) ?? new Set<{ readonly item: T }>();
      ofPeer.clients.set(client, waiting);
      const entry = { item };
      waiting.add(entry);
      ofPeer.size += 1;
      counts[priority] += 1;
      return () => void remove(entry, place);
    },
    take() {
      const isTurnOfLow = counts.low > 0 && turnsSinceLow >= turnsPerLow - 1;
      const order = isTurnOfLow ? (["low"] as const) : priorities;
      const priority = order.find((name) => counts[name] > 0);
      if (priority === undefined) return undefined;
      turnsSinceLow = priority === "low" ? 0 : turnsSinceLow + 1;
      return takeFrom(priority);
    },
    dropNewest(peer) {
      for (const priority of [...priorities].reverse()) {
        const last = [...(lines[priority].get(peer)?.clients ?? [])].at(-1);
        if (last === undefined) continue;
        const [client, waiting] = last;
        const entry = [...waiting].at(-1);
        if (entry === undefined) continue;
        remove(entry, { priority, peer, client });
        return entry.item;
      }
      return undefined;
    },
  };
}
