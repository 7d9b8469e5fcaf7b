// A collection's bytes in one LMDB environment, as the main thread reads and writes them.

import { basename } from "node:path";

import { SluiceError } from "../core/errors.js";
import { calibrationRecords } from "./calibration-records.js";
import {
  checkValues,
  segmentValueName,
  segmentValueNames,
  tombstonesName,
} from "./check-values.js";
import { openDatabases } from "./databases.js";
import type { Databases } from "./databases.js";
import { environmentBytes } from "./environment-file.js";
import { feedbackRecords } from "./feedback-log.js";
import { valueKinds } from "./format.js";
import { frame, frameVersion } from "./frame.js";
import { createReading, documentReads, segmentReads } from "./lmdb-reads.js";
import { packDocument, packJournalPassage, packManifest, unpackManifest } from "./records.js";
import type { CollectionStore } from "./store.js";
import { toCommitError, toStoreError } from "./store-errors.js";
import type { Manifest, WriteBatch } from "./stored-values.js";
import { WriteGuard } from "./write-guard.js";
import type { StoreOptions } from "./write-guard.js";

/** Opens the environment in `folder`, or creates both. The caller holds the data lock. */
export function openLmdbStore(folder: string, options: StoreOptions = {}): CollectionStore {
  const databases = openDatabases(folder);
  const guard = new WriteGuard(databases, folder, options);
  const reading = createReading(folder);
  return {
    ...documentReads(databases, reading),
    ...segmentReads(databases, folder, reading),
    ...calibrationRecords(databases, { folder, reading, guard }),
    ...feedbackRecords(databases, { folder, reading, guard }),
    readManifest: () => reading(() => readManifest(databases, folder)),
    formatVersion: () => {
      const framed = databases.manifest.getBinary("manifest");
      return framed && frameVersion(framed);
    },
    commit: (batch) => guard.write(() => commit(databases, folder, batch, guard)),
    fail: (error) => guard.fail(error),
    checkWritable: () => guard.checkWritable(),
    check: () => checkValues(databases),
    async copyTo(target) {
      try {
        await databases.root.backup(target, true);
      } catch (error) {
        throw toStoreError(error, "the collection could not be copied");
      }
    },
    diskBytes: () => environmentBytes(folder),
    freeBytes: () => reading(() => freeBytes(databases)),
    close() {
      databases.isClosed = true;
      return databases.root.close();
    },
  };
}

/** What lmdb knows of a database, besides its types. */
interface DatabaseStats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

function freeBytes({ root, ...databases }: Databases): number {
  const { free, lastPageNumber, ...stats } = root.getStats() as DatabaseStats & {
    readonly free: DatabaseStats;
    readonly lastPageNumber: number;
  };
  // Two meta pages lead to all others.
  let usedPages = 2 + pagesOf(free) + pagesOf(stats);
  for (const database of Object.values(databases))
    if (typeof database === "object") usedPages += pagesOf(database.getStats() as DatabaseStats);
  return Math.max(0, lastPageNumber + 1 - usedPages) * stats.pageSize;
}

function pagesOf(stats: DatabaseStats): number {
  return stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
}

function readManifest(databases: Databases, folder: string): Manifest {
  const framed = databases.manifest.getBinary("manifest");
  if (framed === undefined)
    throw new SluiceError("DATA_CORRUPT", `${basename(folder)} holds no manifest of a collection`);
  return unpackManifest(framed, `manifest in ${basename(folder)}`);
}

async function commit(
  databases: Databases,
  folder: string,
  batch: WriteBatch,
  guard: WriteGuard,
): Promise<void> {
  // Bytes are made before the transaction opens, so that nothing but writing can fail within it.
  const documents = [...(batch.documents ?? [])].map(
    ([key, record]) => [Buffer.from(key, "utf8"), record && packDocument(key, record)] as const,
  );
  const passages = [...(batch.journalPuts ?? [])].map(
    ([sequence, passage]) =>
      [sequence, toBuffer(passage.packed) ?? packJournalPassage(passage)] as const,
  );
  const tombstones = [...(batch.tombstonePuts ?? [])].map(
    ([id, bits]) => [id, frame(valueKinds.tombstones, bits, tombstonesName(id))] as const,
  );
  const manifest = packManifest(batch.manifest, batch.formatVersion);
  let bytes = 0;
  for (const values of [documents, passages, tombstones])
    for (const [, value] of values) bytes += value?.length ?? 0;
  guard.checkRoom(bytes);
  const writeAll = (): void => {
    for (const [key, value] of documents) {
      if (value === undefined) databases.documents.removeSync(key);
      else databases.documents.putSync(key, value);
    }
    for (const [sequence, value] of passages) databases.journal.putSync(sequence, value);
    for (const sequence of batch.journalDeletes ?? []) databases.journal.removeSync(sequence);
    for (const id of batch.segmentDeletes ?? []) {
      for (const part of segmentValueNames)
        databases.segments.removeSync(segmentValueName(id, part).key);
      databases.tombstones.removeSync(id);
    }
    for (const [id, value] of tombstones) databases.tombstones.putSync(id, value);
    databases.manifest.putSync("manifest", manifest);
  };
  try {
    // A child transaction is rolled back when a write in it throws; a plain one would be committed
    // with what was written before.
    await databases.root.childTransaction(writeAll);
  } catch (error) {
    throw await toCommitError(error, folder);
  }
}

/** What came from another thread has lost its class. */
function toBuffer(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
