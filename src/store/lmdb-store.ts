// A collection's bytes in one LMDB environment, as the main thread reads and writes them.

import { statSync } from "node:fs";
import { join } from "node:path";

import type { Database, RootDatabase, Transaction } from "lmdb";

import { assert } from "../core/assert.js";
import { SluiceError, isSluiceError } from "../core/errors.js";
import { documentOptions, openEnvironment } from "./environment.js";
import { valueKinds } from "./format.js";
import { frame, frameVersion, unframe } from "./frame.js";
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
import { toCommitError, toStoreError } from "./store-errors.js";

type Bytes<K extends string | number | Buffer> = Database<Buffer, K>;

interface Databases {
  readonly root: RootDatabase<Buffer, string>;
  readonly manifest: Bytes<string>;
  readonly documents: Bytes<Buffer>;
  readonly journal: Bytes<number>;
  readonly segments: Bytes<string>;
  readonly tombstones: Bytes<number>;
  isClosed: boolean;
}

/** Opens or creates the environment in `folder`, which must exist. The caller holds the data lock. */
export function openLmdbStore(folder: string): CollectionStore {
  const databases = openDatabases(folder);
  return {
    folder,
    hasManifest: () => databases.manifest.doesExist("manifest"),
    readManifest: () => readManifest(databases, folder),
    readDocument: (key) => readDocument(databases, key),
    pin: () => pin(databases),
    documentCount: () => (databases.documents.getStats() as { entryCount: number }).entryCount,
    *journal(onDamage) {
      for (const { key, value } of databases.journal.getRange()) {
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
      const framed = databases.segments.getBinary(`${id}/tables`);
      return framed && frameVersion(framed);
    },
    readTables: (id) => readShared(databases, { id, name: "tables" }),
    readCodes: (id) => readShared(databases, { id, name: "codes" }),
    segmentIds: () => new Set([...databases.segments.getKeys()].map((key) => parseInt(key, 10))),
    readTombstones: (id) => {
      const framed = databases.tombstones.getBinary(id);
      return framed && unframe(valueKinds.tombstones, framed, `tombstones of segment ${id}`);
    },
    commit: (batch) => commit(databases, folder, batch),
    check: () => check(databases, folder),
    async copyTo(target) {
      try {
        await databases.root.backup(target, true);
      } catch (error) {
        throw toStoreError(error, `cannot copy ${folder} to ${target}`);
      }
    },
    diskBytes: () => statSync(join(folder, "data.mdb")).size,
    close() {
      databases.isClosed = true;
      return databases.root.close();
    },
  };
}

function openDatabases(folder: string): Databases {
  try {
    const root = openEnvironment(folder);
    const binary = { encoding: "binary" } as const;
    return {
      root,
      manifest: root.openDB<Buffer, string>({ name: "manifest", ...binary }),
      documents: root.openDB<Buffer, Buffer>({ name: "documents", ...documentOptions }),
      journal: root.openDB<Buffer, number>({ name: "journal", ...binary }),
      segments: root.openDB<Buffer, string>({ name: "segments", ...binary }),
      tombstones: root.openDB<Buffer, number>({ name: "tombstones", ...binary }),
      isClosed: false,
    };
  } catch (error) {
    throw toStoreError(error, `cannot open ${folder}`);
  }
}

function readManifest(databases: Databases, folder: string): Manifest {
  const framed = databases.manifest.getBinary("manifest");
  if (framed === undefined)
    throw new SluiceError("DATA_CORRUPT", `${folder} holds no manifest of a collection`);
  return unpackManifest(framed, `manifest in ${folder}`);
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
  return framed && unpackDocument(framed, `document "${key}"`);
}

function pin(databases: Databases): PinnedDocuments {
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
      return readDocument(databases, key, transaction);
    },
    listDocuments({ afterKey, countMax }) {
      checkReadable();
      const start =
        afterKey === undefined
          ? {}
          : { start: Buffer.from(afterKey, "utf8"), exclusiveStart: true };
      const range = databases.documents.getRange({ ...start, limit: countMax, transaction });
      return [...range].map(({ key, value }) => {
        const text = key.toString("utf8");
        return [text, unpackDocument(Buffer.from(value), `document "${text}"`)];
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

const segmentParts = ["tables", "codes"] as const;

function readShared(
  databases: Databases,
  { id, name }: { id: number; name: (typeof segmentParts)[number] },
): SharedArrayBuffer {
  const what = `segment ${id} (${name})`;
  // In memory that the next read overwrites: fresh memory for each would take longer than its copy.
  const read = databases.segments.getBinaryFast(`${id}/${name}`);
  if (read === undefined) throw new SluiceError("DATA_CORRUPT", `${what} is missing`);
  const framed = Buffer.from(read.buffer, read.byteOffset, read.length);
  const kind = name === "tables" ? valueKinds.segmentTables : valueKinds.segmentCodes;
  const payload = unframe(kind, framed, what);
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
    if (onDamage === undefined || !isSluiceError(error) || error.reason !== "DATA_CORRUPT")
      throw error;
    onDamage(error);
    return undefined;
  }
}

async function commit(databases: Databases, folder: string, batch: WriteBatch): Promise<void> {
  // Bytes are made before the transaction opens, so that nothing but writing can fail within it.
  const documents = [...(batch.documents ?? [])].map(
    ([key, record]) => [Buffer.from(key, "utf8"), record && packDocument(record)] as const,
  );
  const passages = [...(batch.journalPuts ?? [])].map(
    ([sequence, passage]) =>
      [sequence, toBuffer(passage.packed) ?? packJournalPassage(passage)] as const,
  );
  const tombstones = [...(batch.tombstonePuts ?? [])].map(
    ([id, bits]) => [id, frame(valueKinds.tombstones, bits)] as const,
  );
  const manifest = packManifest(batch.manifest, batch.formatVersion);
  const writeAll = (): void => {
    for (const [key, value] of documents) {
      if (value === undefined) databases.documents.removeSync(key);
      else databases.documents.putSync(key, value);
    }
    for (const [sequence, value] of passages) databases.journal.putSync(sequence, value);
    for (const sequence of batch.journalDeletes ?? []) databases.journal.removeSync(sequence);
    for (const id of batch.segmentDeletes ?? []) {
      for (const part of segmentParts) databases.segments.removeSync(`${id}/${part}`);
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

function check(databases: Databases, folder: string): { valueCount: number; damages: string[] } {
  const damages: string[] = [];
  let valueCount = 0;
  const attempt = (read: () => void): void => {
    valueCount += 1;
    try {
      read();
    } catch (error) {
      damages.push(error instanceof Error ? error.message : String(error));
    }
  };
  attempt(() => {
    for (const { id } of readManifest(databases, folder).segments)
      for (const part of segmentParts)
        if (!databases.segments.doesExist(`${id}/${part}`))
          damages.push(`segment ${id} (${part}) is missing`);
  });
  for (const { key, value } of databases.documents.getRange()) {
    const what = `document "${key.toString("utf8")}"`;
    attempt(() => unpackDocument(Buffer.from(value), what));
  }
  for (const { key, value } of databases.journal.getRange())
    attempt(() => unpackJournalPassage(Buffer.from(value), `journal passage ${key}`));
  for (const key of databases.segments.getKeys()) {
    const [id = "", part = ""] = key.split("/");
    const kind = part === "codes" ? valueKinds.segmentCodes : valueKinds.segmentTables;
    attempt(() => {
      const framed = databases.segments.getBinary(key);
      if (framed !== undefined) unframe(kind, framed, `segment ${id} (${part})`);
    });
  }
  for (const { key, value } of databases.tombstones.getRange())
    attempt(() =>
      unframe(valueKinds.tombstones, Buffer.from(value), `tombstones of segment ${key}`),
    );
  return { valueCount, damages };
}
