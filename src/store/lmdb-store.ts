// A collection's bytes in one LMDB environment, as the main thread reads and writes them.

import { statSync } from "node:fs";
import { basename, join } from "node:path";

import type { Transaction } from "lmdb";

import { assert } from "../core/assert.js";
import { SluiceError, asDamage, isSluiceError } from "../core/errors.js";
import { checkValues, segmentPartName, segmentParts, tombstonesName } from "./check-values.js";
import type { SegmentPart } from "./check-values.js";
import { openDatabases } from "./databases.js";
import type { Databases } from "./databases.js";
import { environmentBytes } from "./environment-file.js";
import { appendFeedback, readFeedback, removeFeedback } from "./feedback-log.js";
import { valueKinds } from "./format.js";
import { frame, frameVersion, unframe } from "./frame.js";
import { checkMapRoom } from "./map-size.js";
import { packRecall, recallName, unpackRecall } from "./recall-record.js";
import { packScoreMaps, scoreMapsName, unpackScoreMaps } from "./score-maps-record.js";
import {
  packDocument,
  packJournalPassage,
  packManifest,
  unpackDocument,
  unpackJournalPassage,
  unpackManifest,
} from "./records.js";
import type { CollectionStore, PinnedDocuments } from "./store.js";
import type { DocumentRecord, Manifest, WriteBatch } from "./stored-values.js";
import { toCommitError, toReadError, toStoreError } from "./store-errors.js";

export interface StoreOptions {
  /** Told once, when the disk has failed or the data file is not the one that was opened. */
  readonly onFailed?: ((error: SluiceError) => void) | undefined;
  /** Asked before each write; what it throws refuses the write. */
  readonly checkWritable?: (() => void) | undefined;
}

/** Opens or creates the environment in `folder`, made if need be. The caller holds the data lock. */
export function openLmdbStore(
  folder: string,
  { onFailed, checkWritable = () => undefined }: StoreOptions = {},
): CollectionStore {
  const databases = openDatabases(folder);
  const checkFile = sameFile(join(folder, "data.mdb"));
  let failure: SluiceError | undefined;
  const fail = (error: SluiceError): void => {
    if (failure === undefined) onFailed?.(error);
    failure ??= error;
  };
  const reading: Reading = (read) => {
    try {
      return read();
    } catch (error) {
      throw toReadError(error, folder);
    }
  };
  const writing = async (write: () => Promise<void>): Promise<void> => {
    if (failure !== undefined) throw failure;
    checkWritable();
    checkFile();
    try {
      // What is written beside documents and segments is smaller than the room that is kept.
      checkRoom(databases, folder, []);
      await write();
    } catch (error) {
      if (isSluiceError(error) && error.reason === "STORAGE_FAILED") fail(error);
      throw error;
    }
    try {
      checkFile();
    } catch (error) {
      // What was committed to is not the file that the next start will find.
      const message = "the data file was deleted or replaced under a write";
      const lost = new SluiceError("STORAGE_FAILED", message, { cause: error });
      fail(lost);
      throw lost;
    }
  };
  return {
    folder,
    readManifest: () => reading(() => readManifest(databases, folder)),
    readDocument: (key) => reading(() => readDocument(databases, key)),
    pin: () => pin(databases, reading),
    documentCount: () => (databases.documents.getStats() as { entryCount: number }).entryCount,
    *documents(onDamage) {
      const range = reading(() => databases.documents.getRange());
      for (const { key: name, value } of listing(range, reading)) {
        const key = name.toString("utf8");
        const record = attemptRead(() => unpackDocument(Buffer.from(value), key), onDamage);
        if (record !== undefined) yield [key, record];
      }
    },
    *journal(onDamage) {
      const range = reading(() => databases.journal.getRange());
      for (const { key, value } of listing(range, reading)) {
        const passage = attemptRead(
          () => unpackJournalPassage(value, `journal passage ${key}`),
          onDamage,
        );
        if (passage !== undefined) yield [key, passage];
      }
    },
    formatVersion: () => {
      const framed = databases.manifest.getBinary("manifest");
      return framed && frameVersion(framed);
    },
    tablesVersion: (id) => {
      const { key } = segmentPartName(id, "tables");
      const framed = reading(() => databases.segments.getBinary(key));
      return framed && frameVersion(framed, key);
    },
    readTables: (id) => reading(() => readShared(databases, { id, name: "tables" })),
    readCodes: (id) => reading(() => readShared(databases, { id, name: "codes" })),
    segmentIds: () =>
      reading(() => new Set([...databases.segments.getKeys()].map((key) => parseInt(key, 10)))),
    readTombstones: (id) => {
      const framed = reading(() => databases.tombstones.getBinary(id));
      return framed && unframe(valueKinds.tombstones, framed, tombstonesName(id));
    },
    commit: (batch) => writing(() => commit(databases, folder, batch)),
    readRecall: () => {
      const framed = reading(() => databases.calibrations.getBinary(recallName.key));
      return framed && unpackRecall(framed);
    },
    writeRecall: (calibration) => {
      const framed = calibration && packRecall(calibration);
      return writing(() => writeCalibration(databases, folder, [recallName.key, framed]));
    },
    readScoreMaps: () => {
      const framed = reading(() => databases.calibrations.getBinary(scoreMapsName.key));
      return framed === undefined ? [] : unpackScoreMaps(framed);
    },
    writeScoreMaps: (calibrations) => {
      const framed = calibrations.length === 0 ? undefined : packScoreMaps(calibrations);
      return writing(() => writeCalibration(databases, folder, [scoreMapsName.key, framed]));
    },
    async appendFeedback(append) {
      let isNew = false;
      await writing(async () => {
        isNew = await appendFeedback(databases, folder, append);
      });
      return isNew;
    },
    removeFeedback: (removed) => writing(() => removeFeedback(databases, folder, removed)),
    feedback: (afterSequence) => listing(readFeedback(databases, afterSequence), reading),
    fail,
    checkWritable() {
      checkWritable();
      checkFile();
    },
    check: () => checkValues(databases),
    async copyTo(target) {
      try {
        await databases.root.backup(target, true);
      } catch (error) {
        throw toStoreError(error, "the collection could not be copied");
      }
    },
    diskBytes: () => environmentBytes(folder),
    close() {
      databases.isClosed = true;
      return databases.root.close();
    },
  };
}

/** Throws DATA_FOLDER_UNAVAILABLE once the path leads to another file; LMDB keeps its own one open. */
function sameFile(path: string): () => void {
  const { dev, ino } = statSync(path);
  return () => {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.dev === dev && now.ino === ino) return;
    throw new SluiceError(
      "DATA_FOLDER_UNAVAILABLE",
      "nothing was written: the collection's data file was deleted, moved or replaced",
    );
  };
}

/** Runs a read of lmdb's; a page that it does not find is DATA_CORRUPT. */
type Reading = <T>(read: () => T) => T;

function* listing<T>(range: Iterable<T>, reading: Reading): Generator<T, void, void> {
  const entries = range[Symbol.iterator]();
  for (let next = reading(() => entries.next()); next.done !== true;) {
    yield next.value;
    next = reading(() => entries.next());
  }
}

function readManifest(databases: Databases, folder: string): Manifest {
  const framed = databases.manifest.getBinary("manifest");
  if (framed === undefined)
    throw new SluiceError("DATA_CORRUPT", `${basename(folder)} holds no manifest of a collection`);
  return unpackManifest(framed, `manifest in ${basename(folder)}`);
}

function readDocument(
  databases: Databases,
  key: string,
  transaction?: Transaction,
): DocumentRecord | undefined {
  const name = Buffer.from(key, "utf8");
  const framed =
    transaction === undefined
      ? databases.documents.getBinary(name)
      : (databases.documents.get(name, { transaction }) as Buffer | undefined);
  return framed && unpackDocument(framed, key);
}

function pin(databases: Databases, reading: Reading): PinnedDocuments {
  // A transaction that other reads of this turn opened may be older than the last commit.
  databases.root.resetReadTxn();
  const transaction = databases.root.useReadTransaction();
  let isReleased = false;
  const checkReadable = (): void => {
    assert(!isReleased, "documents are read while they are pinned");
    // A search may outlive its collection by a moment when that is dropped.
    if (databases.isClosed)
      throw new SluiceError("COLLECTION_NOT_FOUND", "the collection was closed meanwhile");
  };
  return {
    readDocument(key) {
      checkReadable();
      return reading(() => readDocument(databases, key, transaction));
    },
    listDocuments({ afterKey, countMax }) {
      checkReadable();
      const start =
        afterKey === undefined
          ? {}
          : { start: Buffer.from(afterKey, "utf8"), exclusiveStart: true };
      const range = databases.documents.getRange({ ...start, limit: countMax, transaction });
      return reading(() => [...range]).map(({ key, value }) => {
        const text = key.toString("utf8");
        return [text, unpackDocument(Buffer.from(value), text)];
      });
    },
    release() {
      assert(!isReleased, "pinned documents are released once");
      isReleased = true;
      // Closing the store ends its transactions.
      if (!databases.isClosed) transaction.done();
    },
  };
}

function readShared(
  databases: Databases,
  { id, name }: { id: number; name: SegmentPart },
): SharedArrayBuffer {
  const { what, key } = segmentPartName(id, name);
  // In memory that the next read overwrites: fresh memory for each would take longer than its copy.
  const read = databases.segments.getBinaryFast(key);
  if (read === undefined) throw new SluiceError("DATA_CORRUPT", `${what} is missing`);
  const framed = Buffer.from(read.buffer, read.byteOffset, read.length);
  const kind = name === "tables" ? valueKinds.segmentTables : valueKinds.segmentCodes;
  const payload = unframe(kind, framed, { what, key });
  const shared = new SharedArrayBuffer(payload.length);
  new Uint8Array(shared).set(payload);
  return shared;
}

/** Undefined: what is read is damaged, and `onDamage` was told. Throws when nobody is to be told. */
function attemptRead<T>(
  read: () => T,
  onDamage: ((error: SluiceError) => void) | undefined,
): T | undefined {
  try {
    return read();
  } catch (error) {
    if (onDamage === undefined) throw error;
    onDamage(asDamage(error));
    return undefined;
  }
}

async function commit(databases: Databases, folder: string, batch: WriteBatch): Promise<void> {
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
  checkRoom(databases, folder, [...documents, ...passages, ...tombstones]);
  const writeAll = (): void => {
    for (const [key, value] of documents) {
      if (value === undefined) databases.documents.removeSync(key);
      else databases.documents.putSync(key, value);
    }
    for (const [sequence, value] of passages) databases.journal.putSync(sequence, value);
    for (const sequence of batch.journalDeletes ?? []) databases.journal.removeSync(sequence);
    for (const id of batch.segmentDeletes ?? []) {
      for (const part of segmentParts) databases.segments.removeSync(segmentPartName(id, part).key);
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

/** Throws SYSTEM_LIMIT, with nothing written, unless all values fit into the map. */
function checkRoom(
  { mapBytes }: Databases,
  folder: string,
  values: readonly (readonly [key: unknown, value: Uint8Array | undefined])[],
): void {
  const bytes = values.reduce((sum, [, value]) => sum + (value?.length ?? 0), 0);
  checkMapRoom({ fileBytes: environmentBytes(folder), mapBytes }, bytes);
}

async function writeCalibration(
  { root, calibrations }: Databases,
  folder: string,
  [key, framed]: readonly [key: string, framed: Buffer | undefined],
): Promise<void> {
  try {
    await root.childTransaction(() => {
      if (framed === undefined) calibrations.removeSync(key);
      else calibrations.putSync(key, framed);
    });
  } catch (error) {
    throw await toCommitError(error, folder);
  }
}

/** What came from another thread has lost its class. */
function toBuffer(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
