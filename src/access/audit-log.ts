// The audit log: one line of JSON for each write, admin call and denial, in files of bounded size.

import { constants, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "../core/limits.js";
import { toStoreError } from "../store/store-errors.js";

/** Never holds a key, a token, or a word of a document or query. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly via: "grpc" | "http";
  /** `/sluice.v1.DocumentService/Ingest`, `POST /v1/feedback`. */
  readonly operation: string;
  readonly caller: string;
  readonly peer: string;
  /** Name of a gRPC status or number of an HTTP status; RUNNING: a long stream, so far. */
  readonly outcome: string;
  /** What the call named, as far as it was allowed to; empty: none. */
  readonly collections: readonly string[];
  readonly writtenCount: number;
  readonly deletedCount: number;
  readonly durationMs: number;
}

export interface AuditLog {
  /** Never waits and never throws. */
  write(entry: AuditEntry): void;
  /** Resolves when everything is written, or was told to `onLost`. */
  close(): Promise<void>;
}

export interface AuditFileOptions {
  readonly dataFolder: string;
  /** Of all files together; the oldest goes when a new one is begun. */
  readonly bytesMax: number;
  /**
   * Gets the lines that the disk did not take. A full disk must not keep an admin from deleting what
   * fills it, so calls go on, and their lines go elsewhere.
   */
  readonly onLost: (lines: readonly string[], error: unknown) => void;
}

export function auditLine(entry: AuditEntry): string {
  const { timeMs, via, operation, caller, peer, outcome, collections, ...counts } = entry;
  const time = new Date(timeMs).toISOString();
  return JSON.stringify({
    time,
    via,
    operation,
    caller,
    peer,
    outcome,
    collections,
    written: counts.writtenCount,
    deleted: counts.deletedCount,
    durationMs: Math.round(counts.durationMs),
  });
}

/** Files audit/audit.jsonl and, older, audit-1.jsonl and so on. Throws when the folder cannot be made. */
export function openAuditFile(options: AuditFileOptions): AuditLog {
  const folder = join(options.dataFolder, "audit");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw toStoreError(error, "cannot make the folder of the audit log");
  }
  let queue: string[] = [];
  let writing: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const lines = queue;
      queue = [];
      try {
        await append(folder, lines, options.bytesMax);
      } catch (error) {
        options.onLost(lines, error);
      }
    }
    writing = undefined;
  };
  return {
    write(entry) {
      const line = auditLine(entry);
      if (queue.length >= limits.auditQueueMax) {
        options.onLost([line], new Error("the disk is too slow for the audit log"));
        return;
      }
      queue.push(line);
      writing ??= drain();
    },
    async close() {
      await writing;
    },
  };
}

async function append(folder: string, lines: readonly string[], bytesMax: number): Promise<void> {
  const path = join(folder, "audit.jsonl");
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size >= bytesMax / limits.auditFilesMax) rotate(folder);
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
  let file: FileHandle | undefined;
  try {
    file = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
    await file.appendFile(lines.map((line) => `${line}\n`).join(""));
  } finally {
    await file?.close();
  }
}

/** audit.jsonl becomes audit-1.jsonl, that audit-2.jsonl; the last one is dropped. */
function rotate(folder: string): void {
  const nameOf = (age: number): string =>
    join(folder, age === 0 ? "audit.jsonl" : `audit-${age}.jsonl`);
  const last = limits.auditFilesMax - 1;
  rmSync(nameOf(last), { force: true });
  for (let age = last; age > 0; age -= 1)
    if (existsSync(nameOf(age - 1))) renameSync(nameOf(age - 1), nameOf(age));
}
