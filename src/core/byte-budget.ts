// One account of the bytes of requests that are received and not yet worked off, over all
// connections of both ports. What would go beyond it is refused before it takes memory.

export interface ByteBudget {
  /** The account of one call of `peer`, the address that it comes from. */
  open(peer: string): ByteHold;
  figures(): ByteBudgetFigures;
}

export interface ByteBudgetFigures {
  readonly heldBytes: number;
  readonly bytesMax: number;
  /** Times since the start that a call was refused its next bytes. */
  readonly refusedCount: number;
}

export interface ByteHold {
  /** False when the budget, or the share of the peer, has no room for them: nothing was added. */
  add(byteCount: number): boolean;
  remove(byteCount: number): void;
  /** Gives back what is held and stops waiting. Idempotent; nothing can be added afterwards. */
  release(): void;
  /** Moves bytes to an account of their own, which outlives this one. */
  split(byteCount: number): ByteHold;
  /**
   * Calls `begin` once half of the budget and half of the peer's share are free, at once when they
   * are. For those that can leave their caller waiting instead of refusing him. One at a time.
   */
  whenRoomy(begin: () => void): void;
}

interface Waiting {
  readonly peer: string;
  readonly begin: () => void;
}

/** One peer may hold this part of the budget, so that others find room beside him. */
const peerShare = 0.5;
const roomyShare = 0.5;

/** O(1) for each call; O(waiting calls) when bytes are given back while calls wait. */
export function createByteBudget(bytesMax: number): ByteBudget {
  const ofPeers = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let heldBytes = 0;
  let refusedCount = 0;

  const change = (peer: string, byteCount: number): void => {
    heldBytes += byteCount;
    const left = (ofPeers.get(peer) ?? 0) + byteCount;
    if (left > 0) ofPeers.set(peer, left);
    else ofPeers.delete(peer);
  };
  const isRoomy = (peer: string): boolean =>
    heldBytes <= roomyShare * bytesMax &&
    (ofPeers.get(peer) ?? 0) <= roomyShare * peerShare * bytesMax;
  const wake = (): void => {
    for (const entry of waiting) {
      if (!isRoomy(entry.peer)) continue;
      waiting.delete(entry);
      entry.begin();
    }
  };

  const open = (peer: string, ownBytes = 0): ByteHold => {
    let own = ownBytes;
    let isOpen = true;
    let waits: Waiting | undefined;
    return {
      add(byteCount) {
        const peerBytes = (ofPeers.get(peer) ?? 0) + byteCount;
        const fits = heldBytes + byteCount <= bytesMax && peerBytes <= peerShare * bytesMax;
        if (!isOpen || !fits) {
          refusedCount += 1;
          return false;
        }
        own += byteCount;
        change(peer, byteCount);
        return true;
      },
      remove(byteCount) {
        if (!isOpen) return;
        const given = Math.min(byteCount, own);
        own -= given;
        change(peer, -given);
        wake();
      },
      split(byteCount) {
        const moved = isOpen ? Math.min(byteCount, own) : 0;
        own -= moved;
        return open(peer, moved);
      },
      release() {
        if (!isOpen) return;
        isOpen = false;
        if (waits !== undefined) waiting.delete(waits);
        change(peer, -own);
        wake();
      },
      whenRoomy(begin) {
        if (!isOpen) return;
        if (isRoomy(peer)) begin();
        else waiting.add((waits = { peer, begin }));
      },
    };
  };
  return {
    open: (peer) => open(peer),
    figures: () => ({ heldBytes, bytesMax, refusedCount }),
  };
}
