// Byte budget for requests that were received and are not fully processed, shared by all
// connections
// of both ports. A request that would exceed it is rejected before its memory is allocated.

export interface ByteBudget {
  /** The account of one call from `peer` (its address). */
  open(peer: string): ByteHold;
  stats(): ByteBudgetStats;
}

export interface ByteBudgetStats {
  readonly heldBytes: number;
  readonly bytesMax: number;
  /** Calls rejected for lack of budget since the start. */
  readonly rejectedCount: number;
}

export interface ByteHold {
  /** False, with nothing added, when the budget or the peer's share of it would be exceeded. */
  add(byteCount: number): boolean;
  remove(byteCount: number): void;
  /** Returns everything that is held and stops waiting. Idempotent; later additions fail. */
  release(): void;
  /** Moves bytes to a separate account, which can outlive this one. */
  split(byteCount: number): ByteHold;
  /**
   * Calls `begin` once half of the budget and half of the peer's share are free (synchronously when
   * they already are). For callers that can be paused instead of rejected. One pending `begin` at a
   * time.
   */
  whenHalfFree(begin: () => void): void;
}

interface Waiting {
  readonly peer: string;
  readonly begin: () => void;
}

/** Largest part of the budget that one peer may hold, so that others are still served. */
const peerShare = 0.5;

interface Budget {
  readonly bytesMax: number;
  readonly peerBytes: Map<string, number>;
  readonly waiting: Set<Waiting>;
  heldBytes: number;
  rejectedCount: number;
}

/** O(1) per call; O(waiting calls) when bytes are returned while calls wait. */
export function createByteBudget(bytesMax: number): ByteBudget {
  const budget: Budget = {
    bytesMax,
    peerBytes: new Map(),
    waiting: new Set(),
    heldBytes: 0,
    rejectedCount: 0,
  };
  return {
    open: (peer) => openHold(budget, peer, 0),
    stats: () => ({
      heldBytes: budget.heldBytes,
      bytesMax,
      rejectedCount: budget.rejectedCount,
    }),
  };
}

/** `own`: bytes of the account, which the budget already counts. */
function openHold(budget: Budget, peer: string, own: number): ByteHold {
  let isOpen = true;
  let waits: Waiting | undefined;
  return {
    add(byteCount) {
      if (!isOpen || !hasRoom(budget, peer, byteCount)) {
        budget.rejectedCount += 1;
        return false;
      }
      own += byteCount;
      count(budget, peer, byteCount);
      return true;
    },
    remove(byteCount) {
      if (!isOpen) return;
      const returned = Math.min(byteCount, own);
      own -= returned;
      giveBack(budget, peer, returned);
    },
    split(byteCount) {
      const moved = isOpen ? Math.min(byteCount, own) : 0;
      own -= moved;
      return openHold(budget, peer, moved);
    },
    release() {
      if (!isOpen) return;
      isOpen = false;
      if (waits !== undefined) budget.waiting.delete(waits);
      giveBack(budget, peer, own);
    },
    whenHalfFree(begin) {
      if (!isOpen) return;
      if (isHalfFree(budget, peer)) begin();
      else budget.waiting.add((waits = { peer, begin }));
    },
  };
}

function hasRoom({ bytesMax, heldBytes, peerBytes }: Budget, peer: string, more: number): boolean {
  return heldBytes + more <= bytesMax && (peerBytes.get(peer) ?? 0) + more <= peerShare * bytesMax;
}

function isHalfFree({ bytesMax, heldBytes, peerBytes }: Budget, peer: string): boolean {
  return heldBytes <= bytesMax / 2 && (peerBytes.get(peer) ?? 0) <= (peerShare * bytesMax) / 2;
}

function count(budget: Budget, peer: string, byteCount: number): void {
  budget.heldBytes += byteCount;
  const left = (budget.peerBytes.get(peer) ?? 0) + byteCount;
  if (left > 0) budget.peerBytes.set(peer, left);
  else budget.peerBytes.delete(peer);
}

function giveBack(budget: Budget, peer: string, byteCount: number): void {
  count(budget, peer, -byteCount);
  for (const entry of budget.waiting) {
    if (!isHalfFree(budget, entry.peer)) continue;
    budget.waiting.delete(entry);
    entry.begin();
  }
}
