// Audit log: one JSON line per write, admin call and denial, in files of bounded size.

import { constants, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "../core/limits.js";
import { toStoreError } from "../store/store-errors.js";

/** Never contains a key, a token, or text of a document or query. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly via: "grpc" | "http";
  /** For example `/sluice.v1.DocumentService/Ingest` or `POST /v1/feedback`. */
  readonly operation: string;
  readonly caller: string;
  readonly peer: string;
  /**
   * Name of the gRPC status or number of the HTTP status; RUNNING for a long stream in progress.
   */
  readonly outcome: string;
  /** Collections that the call named and may access. */
  readonly collections: readonly string[];
  readonly writtenCount: number;
  readonly deletedCount: number;
  readonly durationMs: number;
}

export interface AuditLog {
  /** Neither blocks nor throws. */
  write(entry: AuditEntry): void;
  /** Resolves when every entry was written or passed to `onLost`. */
  close(): Promise<void>;
}

export interface AuditFileOptions {
  readonly dataFolder: string;
  /** Of all files together; the oldest file is deleted when a new one is started. */
  readonly bytesMax: number;
  /**
   * Receives lines that could not be written. A full disk must not prevent an admin from deleting
   * data, so calls continue and their lines go to the server's log.
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

/**
 * Writes audit/audit.jsonl; older files are audit-1.jsonl and so on. Throws when the folder cannot
 * be created.
 */
export function openAuditFile(options: AuditFileOptions): AuditLog {
  const folder = join(options.dataFolder, "audit");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw toStoreError(error, "cannot create the audit log's folder");
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

/** Renames audit.jsonl to audit-1.jsonl, that to audit-2.jsonl, and so on; deletes the last one. */
function rotate(folder: string): void {
  const nameOf = (age: number): string =>
    join(folder, age === 0 ? "audit.jsonl" : `audit-${age}.jsonl`);
  const last = limits.auditFilesMax - 1;
  rmSync(nameOf(last), { force: true });
  for (let age = last; age > 0; age -= 1)
    if (existsSync(nameOf(age - 1))) renameSync(nameOf(age - 1), nameOf(age));
}
