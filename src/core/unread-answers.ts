// Accounts for response bytes that were written and not yet read, per connection and in total.

import type { Clock } from "./clock.js";
import { SluiceError } from "./errors.js";

export interface UnreadAnswers {
  /** The account of one call. `close` ends the call immediately, whatever is still unread. */
  open(connection: string, close: () => void): AnswerStream;
  /** Backpressure for whoever produces responses on `connection`. */
  room(connection: string): ReaderRoom;
  stats(): UnreadStats;
}

export interface UnreadStats {
  readonly unreadBytes: number;
  /** Calls ended since the start because the total was exceeded. */
  readonly endedCount: number;
}

export interface AnswerStream {
  /** Adds bytes handed to the transport; call the returned function once they are read. */
  add(byteCount: number): () => void;
  /** The call has ended and holds no memory any more. Idempotent. */
  end(): void;
}

/** Backpressure of one reader. */
export interface ReaderRoom {
  hasRoom(): boolean;
  /**
   * Resolves when there is room or `signal` aborts. Throws DEADLINE_EXCEEDED when the reader stalls
   * for longer than `stallMs`.
   */
  whenRoom(signal: AbortSignal): Promise<void>;
}

/** A reader without backpressure. */
export const endlessRoom: ReaderRoom = {
  hasRoom: () => true,
  whenRoom: () => Promise.resolve(),
};

export interface UnreadLimits {
  /**
   * From this many unread bytes on a connection has no room; the current response may still exceed
   * it.
   */
  readonly connectionBytesMax: number;
  /** Over all connections. Beyond it, calls unread for `patienceMs` are ended, the oldest first. */
  readonly bytesMax: number;
  readonly patienceMs: number;
  /** How long responses wait for room. */
  readonly stallMs: number;
}

interface Unread {
  readonly sinceMs: number;
  readonly close: () => void;
}

interface Account {
  readonly limits: UnreadLimits;
  readonly clock: Clock;
  readonly connectionBytes: Map<string, number>;
  /** Producers that wait for room, by connection. */
  readonly waiting: Map<string, Set<() => void>>;
  /** Calls with unread bytes, ordered by when their oldest unread bytes were written. */
  readonly unread: Map<object, Unread>;
  unreadBytes: number;
  endedCount: number;
}

export function createUnreadAnswers(limits: UnreadLimits, clock: Clock): UnreadAnswers {
  const account: Account = {
    limits,
    clock,
    connectionBytes: new Map(),
    waiting: new Map(),
    unread: new Map(),
    unreadBytes: 0,
    endedCount: 0,
  };
  return {
    open: (connection, close) => openStream(account, connection, close),
    room: (connection) => ({
      hasRoom: () => hasRoom(account, connection),
      whenRoom: (signal) => whenRoom(account, connection, signal),
    }),
    stats: () => ({ unreadBytes: account.unreadBytes, endedCount: account.endedCount }),
  };
}

function openStream(account: Account, connection: string, close: () => void): AnswerStream {
  const { unread, limits, clock } = account;
  const key = {};
  let own = 0;
  let isOpen = true;
  return {
    add(byteCount) {
      if (!isOpen) return () => undefined;
      if (own === 0) unread.set(key, { sinceMs: clock(), close });
      own += byteCount;
      count(account, connection, byteCount);
      if (account.unreadBytes > limits.bytesMax) endOldest(account);
      return () => {
        if (!isOpen) return;
        own -= byteCount;
        // What is left was written later, so its age is counted from now.
        unread.delete(key);
        if (own > 0) unread.set(key, { sinceMs: clock(), close });
        count(account, connection, -byteCount);
      };
    },
    end() {
      if (!isOpen) return;
      isOpen = false;
      unread.delete(key);
      if (own > 0) count(account, connection, -own);
    },
  };
}

function hasRoom({ connectionBytes, limits }: Account, connection: string): boolean {
  return (connectionBytes.get(connection) ?? 0) < limits.connectionBytesMax;
}

/** Counts bytes written (or read, when negative), and wakes producers once there is room again. */
function count(account: Account, connection: string, byteCount: number): void {
  const { connectionBytes, waiting } = account;
  account.unreadBytes += byteCount;
  const left = (connectionBytes.get(connection) ?? 0) + byteCount;
  if (left > 0) connectionBytes.set(connection, left);
  else connectionBytes.delete(connection);
  if (byteCount > 0 || !hasRoom(account, connection)) return;
  const woken = waiting.get(connection);
  waiting.delete(connection);
  for (const wake of woken ?? []) wake();
}

/** Ends calls in order of age until the total is within its limit or the rest is not old enough. */
function endOldest(account: Account): void {
  const { limits, unread } = account;
  const nowMs = account.clock();
  for (const [key, { sinceMs, close }] of unread) {
    if (account.unreadBytes <= limits.bytesMax || nowMs - sinceMs < limits.patienceMs) return;
    unread.delete(key);
    account.endedCount += 1;
    close();
  }
}

function whenRoom(account: Account, connection: string, signal: AbortSignal): Promise<void> {
  if (hasRoom(account, connection) || signal.aborted) return Promise.resolve();
  const { waiting, limits } = account;
  const here = waiting.get(connection) ?? new Set();
  waiting.set(connection, here);
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer);
      here.delete(wake);
      if (here.size === 0 && waiting.get(connection) === here) waiting.delete(connection);
      signal.removeEventListener("abort", wake);
    };
    const wake = (): void => {
      leave();
      resolve();
    };
    const timer = setTimeout(() => {
      leave();
      const message = `earlier answers were not read for ${limits.stallMs} ms; read them as they come`;
      reject(new SluiceError("DEADLINE_EXCEEDED", message));
    }, limits.stallMs);
    here.add(wake);
    signal.addEventListener("abort", wake, { once: true });
  });
}
