// Quotas: how many documents, bytes and collections the server, a key and a collection may hold, and
// the share of the disk from which writes stop. They are checked before a write is prepared.

import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import { isLimited } from "../core/quota.js";
import type { Quota, QuotaHolder } from "../core/quota.js";
import type { SnapshotInfo } from "../store/snapshot-folder.js";
import type { EngineApi } from "./api.js";
import { UsageLedger } from "./usage-ledger.js";

export interface QuotaOptions {
  readonly server: Quota;
  /** Of each collection. */
  readonly collection: Quota;
  /** Throws DISK_NEARLY_FULL while writes are stopped. */
  readonly checkDisk: () => void;
  readonly clock: Clock;
}

/**
 * The engine, with quotas. A write that would exceed one throws QUOTA_EXCEEDED, with nothing done;
 * one that finds the disk nearly full throws DISK_NEARLY_FULL. Reads, deletes and maintenance go on.
 * Documents in flight count. Sizes of other collections are up to a second old, and bytes are those
 * before the write, so a quota of bytes is exceeded by what is written meanwhile.
 */
export function withQuotas(engine: EngineApi, options: QuotaOptions): EngineApi {
  const { checkDisk } = options;
  const ledger = new UsageLedger(engine, options.clock);
  const holdersOf = createHolders(options);
  return {
    ...engine,
    put(collection, document, scope) {
      checkDisk();
      const holders = holdersOf(collection, scope?.holder);
      if (holders.length === 0) return engine.put(collection, document, scope);
      checkBytes(ledger, holders, { collection });
      const put = { collection, key: document.key };
      return admitDocument(ledger, holders, put, () => engine.put(collection, document, scope));
    },
    update(collection, update, scope) {
      checkDisk();
      checkBytes(ledger, holdersOf(collection, scope?.holder), { collection });
      return engine.update(collection, update, scope);
    },
    sendFeedback(collection, event) {
      checkDisk();
      checkBytes(ledger, holdersOf(collection, undefined), { collection });
      return engine.sendFeedback(collection, event);
    },
    async createCollection(request) {
      const { name, holder } = request;
      if (!ledger.exists(name)) {
        checkDisk();
        checkNewCollection(ledger, holdersOf(name, holder), { collection: name });
      }
      const settings = await engine.createCollection(request);
      ledger.forget();
      return settings;
    },
    ...limitedJobs(engine, { ledger, holdersOf, checkDisk }),
  };
}

/** Copies within the data folder, and collections that are restored. */
function limitedJobs(
  engine: EngineApi,
  {
    ledger,
    holdersOf,
    checkDisk,
  }: {
    readonly ledger: UsageLedger;
    readonly holdersOf: HoldersOf;
    readonly checkDisk: () => void;
  },
): Pick<EngineApi, "snapshot" | "restore" | "restoreBackup" | "startOperation"> {
  return {
    async *snapshot(name, snapshotName) {
      checkDisk();
      yield* engine.snapshot(name, snapshotName);
    },
    async *restore(snapshotName, name, holder) {
      checkDisk();
      const snapshot = snapshotOf(engine, snapshotName);
      const collection = name ?? snapshot?.collection ?? "";
      const addedBytes = snapshot?.bytes ?? 0;
      checkNewCollection(ledger, holdersOf(collection, holder), { collection, addedBytes });
      yield* engine.restore(snapshotName, name, holder);
      ledger.forget();
    },
    startOperation(job, idempotencyKey, holder) {
      if (job.kind === "restore" || (job.kind === "snapshot" && !job.isBackup)) checkDisk();
      if (job.kind === "restore") {
        const { snapshotName, name, isBackup } = job;
        const snapshot = isBackup ? undefined : snapshotOf(engine, snapshotName);
        const collection = name ?? snapshot?.collection ?? snapshotName;
        const addition = { collection, addedBytes: snapshot?.bytes ?? 0 };
        checkNewCollection(ledger, holdersOf(collection, holder), addition);
        ledger.forget();
      }
      return engine.startOperation(job, idempotencyKey, holder);
    },
    async *restoreBackup(backupName, name, call) {
      checkDisk();
      // A list of the storage takes a process, and a request for each backup.
      if (holdersOf(name ?? "", call.holder).length > 0) {
        const backup = (await engine.listBackups(call)).find((one) => one.name === backupName);
        const collection = name ?? backup?.collection ?? "";
        const addition = { collection, addedBytes: backup?.bytes ?? 0 };
        checkNewCollection(ledger, holdersOf(collection, call.holder), addition);
      }
      yield* engine.restoreBackup(backupName, name, call);
      ledger.forget();
    },
  };
}

function snapshotOf(engine: EngineApi, name: string): SnapshotInfo | undefined {
  return engine.listSnapshots().find((one) => one.name === name);
}

/** Holders with any quota, for a write to a collection. */
type HoldersOf = (collection: string, key: QuotaHolder | undefined) => readonly QuotaHolder[];

function createHolders({ server, collection: ofEach }: QuotaOptions): HoldersOf {
  const ofServer: QuotaHolder[] = isLimited(server)
    ? [{ name: "the server", quota: server, covers: () => true }]
    : [];
  const isEachLimited = isLimited(ofEach);
  return (collection, key) => {
    if (!isEachLimited && key === undefined) return ofServer;
    const covers = (name: string): boolean => name === collection;
    return [
      ...ofServer,
      ...(isEachLimited ? [{ name: `collection "${collection}"`, quota: ofEach, covers }] : []),
      ...(key === undefined ? [] : [key]),
    ];
  };
}

interface Addition {
  readonly collection: string;
  /** Bytes that are known beforehand; default 0. */
  readonly addedBytes?: number;
}

function checkBytes(
  ledger: UsageLedger,
  holders: readonly QuotaHolder[],
  { collection, addedBytes = 0 }: Addition,
): void {
  for (const { name, quota, covers } of holders) {
    if (quota.bytesMax === undefined) continue;
    const { bytes } = ledger.usage(covers, collection);
    if (bytes + addedBytes >= quota.bytesMax)
      throw exceeded(name, `${bytes} bytes on disk`, quota.bytesMax);
  }
}

function checkNewCollection(
  ledger: UsageLedger,
  holders: readonly QuotaHolder[],
  addition: Addition,
): void {
  for (const { name, quota, covers } of holders) {
    if (quota.collectionsMax === undefined) continue;
    const { collections } = ledger.usage(covers, undefined);
    if (collections >= quota.collectionsMax)
      throw exceeded(name, `${collections} collections`, quota.collectionsMax);
  }
  checkBytes(ledger, holders, addition);
}

/** Runs `put` unless its document would be one too many for a holder. */
async function admitDocument<T>(
  ledger: UsageLedger,
  holders: readonly QuotaHolder[],
  { collection, key }: { readonly collection: string; readonly key: string },
  put: () => Promise<T>,
): Promise<T> {
  const isCounted = holders.some(({ quota }) => quota.documentsMax !== undefined);
  if (!isCounted || (await ledger.isStored(collection, key))) return put();
  // From here to the count nothing is awaited, so no other document comes between.
  for (const { name, quota, covers } of holders) {
    if (quota.documentsMax === undefined) continue;
    const { documents } = ledger.usage(covers, collection);
    if (documents >= quota.documentsMax)
      throw exceeded(name, `${documents} documents`, quota.documentsMax);
  }
  return ledger.count(collection, put);
}

function exceeded(holder: string, has: string, max: number): SluiceError {
  return new SluiceError(
    "QUOTA_EXCEEDED",
    `${holder} has ${has}, and its quota is ${max}; delete some, or ask for a larger quota`,
  );
}
