// The named databases in a collection's environment.

import { basename } from "node:path";

import type { Database, RootDatabase } from "lmdb";

import { documentOptions, openEnvironment, prepareEnvironment } from "./environment.js";
import { toStoreError } from "./store-errors.js";

type Bytes<K extends string | number | Buffer> = Database<Buffer, K>;

export interface Databases {
  readonly root: RootDatabase<Buffer, string>;
  /** Address space of the map: the file must not outgrow it. */
  readonly mapBytes: number;
  readonly manifest: Bytes<string>;
  readonly documents: Bytes<Buffer>;
  readonly journal: Bytes<number>;
  readonly segments: Bytes<string>;
  readonly tombstones: Bytes<number>;
  /** What was measured of the collection, by what it is called. */
  readonly calibrations: Bytes<string>;
  /** What users did with hits, by rising sequence. */
  readonly feedback: Bytes<number>;
  /** Sequence of the event of each id that a caller gave. */
  readonly feedbackIds: Bytes<string>;
  isClosed: boolean;
}

/**
 * The first handle of the folder: makes them where there are none. The caller sees to it that
 * nothing else writes there. Throws DATA_CORRUPT, DISK_FULL, SYSTEM_LIMIT.
 */
export function openDatabases(folder: string): Databases {
  try {
    prepareEnvironment(folder);
    const { root, mapBytes } = openEnvironment(folder);
    const binary = { encoding: "binary" } as const;
    return {
      root,
      mapBytes,
      manifest: root.openDB<Buffer, string>({ name: "manifest", ...binary }),
      documents: root.openDB<Buffer, Buffer>({ name: "documents", ...documentOptions }),
      journal: root.openDB<Buffer, number>({ name: "journal", ...binary }),
      segments: root.openDB<Buffer, string>({ name: "segments", ...binary }),
      tombstones: root.openDB<Buffer, number>({ name: "tombstones", ...binary }),
      calibrations: root.openDB<Buffer, string>({ name: "calibrations", ...binary }),
      feedback: root.openDB<Buffer, number>({ name: "feedback", ...binary }),
      feedbackIds: root.openDB<Buffer, string>({ name: "feedbackIds", ...binary }),
      isClosed: false,
    };
  } catch (error) {
    throw toStoreError(error, `cannot open ${basename(folder)}`);
  }
}
