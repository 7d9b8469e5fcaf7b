// A queue with priorities, round-robin between peers and between the clients of each peer: who
// sends much delays only itself, under however many client names.

import type { Priority } from "../contract/search-request.js";

/** Where an item stands in the queue. */
export interface QueuePlace {
  readonly priority: Priority;
  /**
   * Where it comes from; the client names that a caller chooses divide only the turns of its peer.
   */
  readonly peer: string;
  readonly client: string;
}

/**
 * The highest priority comes first; "low" gets one turn in `turnsPerLow` however many others wait.
 */
const priorities = ["high", "normal", "low"] as const satisfies readonly Priority[];
const turnsPerLow = 16;

interface Entry<T> {
  readonly item: T;
}

/** Sets keep their order of insertion: the oldest is the first, and removal costs no search. */
interface PeerLine<T> {
  size: number;
  readonly clients: Map<string, Set<Entry<T>>>;
}

type Line<T> = Map<string, PeerLine<T>>;

/** Adding, taking and removing take constant time, however long the queue is. */
export class FairQueue<T> {
  private readonly lines: Record<Priority, Line<T>> = {
    high: new Map(),
    normal: new Map(),
    low: new Map(),
  };
  private readonly counts: Record<Priority, number> = { high: 0, normal: 0, low: 0 };
  private turnsSinceLow = 0;

  get size(): number {
    return this.counts.high + this.counts.normal + this.counts.low;
  }

  sizes(): Record<Priority, number> {
    return { ...this.counts };
  }

  /** Number of entries that are taken before one added now. O(peers that wait, and clients of its own). */
  sizeAhead({ priority, peer, client }: QueuePlace): number {
    const { counts } = this;
    const line = this.lines[priority];
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
  }

  /** Returns a function that removes the item; it does nothing when the item was taken before. */
  add(item: T, place: QueuePlace): () => void {
    const { priority, peer, client } = place;
    const line = this.lines[priority];
    const ofPeer: PeerLine<T> = line.get(peer) ?? { size: 0, clients: new Map() };
    line.set(peer, ofPeer);
    const waiting = ofPeer.clients.get(client) ?? new Set<Entry<T>>();
    ofPeer.clients.set(client, waiting);
    const entry = { item };
    waiting.add(entry);
    ofPeer.size += 1;
    this.counts[priority] += 1;
    return () => void this.remove(entry, place);
  }

  /** The next one: by priority, then the peers in turn, of each peer the clients in turn. */
  take(): T | undefined {
    const { counts } = this;
    const isTurnOfLow = counts.low > 0 && this.turnsSinceLow >= turnsPerLow - 1;
    const order = isTurnOfLow ? (["low"] as const) : priorities;
    const priority = order.find((name) => counts[name] > 0);
    if (priority === undefined) return undefined;
    this.turnsSinceLow = priority === "low" ? 0 : this.turnsSinceLow + 1;
    return this.takeFrom(priority);
  }

  /** Removes the newest item of the lowest priority of a peer. O(items of that peer). */
  dropNewest(peer: string): T | undefined {
    for (const priority of [...priorities].reverse()) {
      const last = [...(this.lines[priority].get(peer)?.clients ?? [])].at(-1);
      if (last === undefined) continue;
      const [client, waiting] = last;
      const entry = [...waiting].at(-1);
      if (entry === undefined) continue;
      this.remove(entry, { priority, peer, client });
      return entry.item;
    }
    return undefined;
  }

  private takeFrom(priority: Priority): T | undefined {
    const line = this.lines[priority];
    for (const [peer, ofPeer] of line) {
      for (const [client, waiting] of ofPeer.clients) {
        const [first] = waiting;
        if (first === undefined) continue;
        // Peer and client move to the end of their queues, behind the others.
        line.delete(peer);
        line.set(peer, ofPeer);
        ofPeer.clients.delete(client);
        ofPeer.clients.set(client, waiting);
        this.remove(first, { priority, peer, client });
        return first.item;
      }
    }
    return undefined;
  }

  private remove(entry: Entry<T>, { priority, peer, client }: QueuePlace): boolean {
    const ofPeer = this.lines[priority].get(peer);
    const waiting = ofPeer?.clients.get(client);
    if (ofPeer === undefined || waiting?.delete(entry) !== true) return false;
    this.counts[priority] -= 1;
    ofPeer.size -= 1;
    if (waiting.size === 0) ofPeer.clients.delete(client);
    if (ofPeer.size === 0) this.lines[priority].delete(peer);
    return true;
  }
}
