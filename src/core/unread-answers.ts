// One account of answers that were written and that their readers have not taken: how much of them
// lies in memory, for each connection and over all.

import type { Clock } from "./clock.js";
import { SluiceError } from "./errors.js";

export interface UnreadAnswers {
  /** The account of one call; `close` ends it at once, whatever is unread. */
  open(connection: string, close: () => void): AnswerStream;
  /** What those who make answers for `connection` look at. */
  room(connection: string): ReaderRoom;
  figures(): UnreadFigures;
}

export interface UnreadFigures {
  readonly unreadBytes: number;
  /** Calls since the start that were ended because others needed the room. */
  readonly endedCount: number;
}

export interface AnswerStream {
  /** Bytes that were handed to the transport; call what it returns once they are taken. */
  add(byteCount: number): () => void;
  /** The call is over: nothing of it lies in memory any more. Idempotent. */
  end(): void;
}

/** Whether a reader takes what is sent to him. */
export interface ReaderRoom {
  hasRoom(): boolean;
  /**
   * Resolves when there is room, or when `signal` aborts. Throws DEADLINE_EXCEEDED when there was none
   * for as long as a reader may stall.
   */
  whenRoom(signal: AbortSignal): Promise<void>;
}

/** A reader that nothing is known of. */
export const endlessRoom: ReaderRoom = {
  hasRoom: () => true,
  whenRoom: () => Promise.resolve(),
};

export interface UnreadLimits {
  /** A connection with as much unread has no room; the answer that is being made may go beyond. */
  readonly connectionBytesMax: number;
  /** Over all connections; beyond it calls that are unread for `patienceMs` end, the oldest first. */
  readonly bytesMax: number;
  readonly patienceMs: number;
  /** How long answers wait for room. */
  readonly stallMs: number;
}

interface Unread {
  readonly sinceMs: number;
  readonly close: () => void;
}

export function createUnreadAnswers(limits: UnreadLimits, clock: Clock): UnreadAnswers {
  const ofConnections = new Map<string, number>();
  const waiting = new Map<string, Set<() => void>>();
  /** Calls with something unread, in the order in which it began. */
  const unread = new Map<object, Unread>();
  let unreadBytes = 0;
  let endedCount = 0;

  const hasRoom = (connection: string): boolean =>
    (ofConnections.get(connection) ?? 0) < limits.connectionBytesMax;
  const change = (connection: string, byteCount: number): void => {
    unreadBytes += byteCount;
    const left = (ofConnections.get(connection) ?? 0) + byteCount;
    if (left > 0) ofConnections.set(connection, left);
    else ofConnections.delete(connection);
    if (byteCount > 0 || !hasRoom(connection)) return;
    const woken = waiting.get(connection);
    waiting.delete(connection);
    for (const wake of woken ?? []) wake();
  };
  const makeRoom = (): void => {
    const nowMs = clock();
    for (const [key, { sinceMs, close }] of unread) {
      if (unreadBytes <= limits.bytesMax || nowMs - sinceMs < limits.patienceMs) return;
      unread.delete(key);
      endedCount += 1;
      close();
    }
  };

  return {
    open(connection, close) {
      const key = {};
      let own = 0;
      let isOpen = true;
      return {
        add(byteCount) {
          if (!isOpen) return () => undefined;
          if (own === 0) unread.set(key, { sinceMs: clock(), close });
          own += byteCount;
          change(connection, byteCount);
          if (unreadBytes > limits.bytesMax) makeRoom();
          return () => {
            if (!isOpen) return;
            own -= byteCount;
            // What is left was written later: its time begins now.
            unread.delete(key);
            if (own > 0) unread.set(key, { sinceMs: clock(), close });
            change(connection, -byteCount);
          };
        },
        end() {
          if (!isOpen) return;
          isOpen = false;
          unread.delete(key);
          if (own > 0) change(connection, -own);
        },
      };
    },
    room: (connection) => ({
      hasRoom: () => hasRoom(connection),
      whenRoom: (signal) =>
        new Promise((resolve, reject) => {
          if (hasRoom(connection) || signal.aborted) {
            resolve();
            return;
          }
          const here = waiting.get(connection) ?? new Set();
          waiting.set(connection, here);
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
        }),
    }),
    figures: () => ({ unreadBytes, endedCount }),
  };
}
