// Reads of a collection's documents, journal and segments from its LMDB environment.

import { toSequence } from "../core/ids.js";
import type { Transaction } from "lmdb";

import { assert } from "../core/assert.js";
import { SluiceError, asDamage } from "../core/errors.js";
import { segmentValueName, segmentValues, tombstonesName } from "./check-values.js";
import type { SegmentValue } from "./check-values.js";
import type { Databases } from "./databases.js";
import { valueKinds } from "./format.js";
import { frameVersion, unframe } from "./frame.js";
import { unpackDocument, unpackJournalPassage } from "./records.js";
import type { DocumentReads, PinnedDocuments, SegmentReads } from "./store.js";
import { toReadError } from "./store-errors.js";
import type { DocumentRecord } from "./stored-values.js";

/** Runs a read of LMDB's; a page that it does not find is DATA_CORRUPT. */
export type Reading = <T>(read: () => T) => T;

export function createReading(folder: string): Reading {
  return (read) => {
    try {
      return read();
    } catch (error) {
      throw toReadError(error, folder);
    }
  };
}

export function documentReads(databases: Databases, reading: Reading): DocumentReads {
  return {
    readDocument: (key) => reading(() => readDocument(databases, key)),
    documentCount: () => (databases.documents.getStats() as { entryCount: number }).entryCount,
    *documents(onDamage) {
      const range = reading(() => databases.documents.getRange());
      for (const { key: name, value } of listing(range, reading)) {
        const key = name.toString("utf8");
        const record = attemptRead(() => unpackDocument(Buffer.from(value), key), onDamage);
        if (record !== undefined) yield [key, record];
      }
    },
    *journal(onDamage, within) {
      const range = reading(() => databases.journal.getRange(within));
      for (const { key, value } of listing(range, reading)) {
        const name = `journal passage ${key}`;
        const passage = attemptRead(() => unpackJournalPassage(value, name), onDamage);
        if (passage !== undefined) yield [toSequence(key), passage];
      }
    },
    pin: () => pin(databases, reading),
  };
}

export function segmentReads(databases: Databases, folder: string, reading: Reading): SegmentReads {
  return {
    folder,
    readTables: (id) => reading(() => readShared(databases, { id, name: "tables" })),
    readCodes: (id, name) => reading(() => readShared(databases, { id, name })),
    readTombstones: (id) => {
      const framed = reading(() => databases.tombstones.getBinary(id));
      return framed && unframe(valueKinds.tombstones, framed, tombstonesName(id));
    },
    segmentIds: () =>
      reading(() => new Set([...databases.segments.getKeys()].map((key) => parseInt(key, 10)))),
    tablesVersion: (id) => {
      const { key } = segmentValueName(id, "tables");
      const framed = reading(() => databases.segments.getBinary(key));
      return framed && frameVersion(framed, key);
    },
  };
}

export function* listing<T>(range: Iterable<T>, reading: Reading): Generator<T, void, void> {
  const entries = range[Symbol.iterator]();
  for (let next = reading(() => entries.next()); next.done !== true;) {
    yield next.value;
    next = reading(() => entries.next());
  }
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
  { id, name }: { id: number; name: SegmentValue },
): SharedArrayBuffer {
  const { what, key } = segmentValueName(id, name);
  // In memory that the next read overwrites: fresh memory for each would take longer than its copy.
  const read = databases.segments.getBinaryFast(key);
  if (read === undefined) throw new SluiceError("DATA_CORRUPT", `${what} is missing`);
  const framed = Buffer.from(read.buffer, read.byteOffset, read.length);
  const payload = unframe(segmentValues[name], framed, { what, key });
  const shared = new SharedArrayBuffer(payload.length);
  new Uint8Array(shared).set(payload);
  return shared;
}

/** Undefined when the value is damaged and `onDamage` got the error; throws without `onDamage`. */
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
