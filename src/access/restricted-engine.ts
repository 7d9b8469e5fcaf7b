// The engine as one caller may use it: every method checks permissions and adds the caller's
// filter.

import { SluiceError } from "../core/errors.js";
import { checkFilter } from "../core/filter.js";
import type { Filter } from "../core/filter.js";
import { createFilterMatch } from "../core/match-filter.js";
import type { QuotaHolder } from "../core/quota.js";
import type { SearchRequest } from "../contract/search-request.js";
import type { EngineApi, Operation, SearchCall, StoredDocument } from "../engine/api.js";
import type { CollectionStatus } from "../index/collection-settings.js";
import { mayAll, mayAnywhere, mayIn, mayKnow } from "./identity.js";
import type { Identity, KeyScope } from "./identity.js";

export interface EngineCaller {
  readonly identity: Identity;
  /**
   * Throws UNAUTHENTICATED once the credentials are no longer valid, since streams can outlive
   * them.
   */
  check(): void;
  /** Counts one search against the rate limit; throws RATE_LIMITED. */
  beginSearch(): void;
  /** Reports a collection that the caller named and may access, for the audit log. */
  named(collection: string): void;
  wrote(count: { readonly written: number; readonly deleted: number }): void;
  /** Absent when the key has no quota. */
  readonly holder?: QuotaHolder | undefined;
}

/**
 * All methods throw PERMISSION_DENIED before they check whether what is named exists. No method of
 * `engine` is passed through unchanged, so a new method does not compile before its permission is
 * defined here.
 */
export function restrictedEngine(engine: EngineApi, caller: EngineCaller): EngineApi {
  return {
    ...documentReads(engine, caller),
    ...statusReads(engine, caller),
    ...writes(engine, caller),
    ...administration(engine, caller),
    ...operationCalls(engine, caller),
  };
}

type DocumentReads = Pick<
  EngineApi,
  "search" | "rerank" | "explain" | "get" | "list" | "listWhere" | "exportDocuments"
>;
type StatusReads = Pick<
  EngineApi,
  "listCollections" | "describeCollection" | "refusedCollections" | "readiness"
>;
type Writes = Pick<EngineApi, "put" | "update" | "delete" | "deleteWhere" | "sendFeedback">;
type OperationCalls = Pick<
  EngineApi,
  "startOperation" | "listOperations" | "getOperation" | "watchOperation" | "cancelOperation"
>;
type Administration = Omit<
  EngineApi,
  keyof DocumentReads | keyof StatusReads | keyof Writes | keyof OperationCalls
>;

function documentReads(engine: EngineApi, caller: EngineCaller): DocumentReads {
  const { identity } = caller;
  const must = (collection: string): void => demand(caller, "read", collection);
  const isVisible = visibility(identity.filter);
  /** A document that the caller must not see is unknown to it. */
  async function* searchLike(
    request: SearchRequest,
    key: string,
    options: SearchCall,
  ): ReturnType<EngineApi["search"]> {
    const [document] = await engine.get(request.collection, [key]);
    if (document !== undefined && !isVisible(document)) throw unknownDocument(key);
    yield* engine.search(request, options);
  }
  return {
    search(request, options) {
      must(request.collection);
      caller.beginSearch();
      const isRestricted = identity.filter !== undefined;
      const allowed = { ...request, filter: joined(identity, request.filter) };
      const call = { ...options, isRestricted };
      return request.like === undefined || !isRestricted
        ? engine.search(allowed, call)
        : searchLike(allowed, request.like.key, call);
    },
    rerank(request, options) {
      // The items come from the caller, so no collection is accessed.
      caller.check();
      if (!mayAnywhere(identity, "read")) throw denied("read");
      return engine.rerank(request, options);
    },
    async explain(request, options) {
      must(request.collection);
      const [document] = await engine.get(request.collection, [request.key]);
      if (document !== undefined && !isVisible(document)) throw unknownDocument(request.key);
      const filter = joined(identity, request.filter);
      return engine.explain({ ...request, filter }, options);
    },
    async get(collection, keys) {
      must(collection);
      const documents = await engine.get(collection, keys);
      return documents.map((document) => (document && isVisible(document) ? document : undefined));
    },
    async list(collection, page) {
      must(collection);
      const { filter } = identity;
      if (filter === undefined) return engine.list(collection, page);
      return engine.listWhere(collection, filter, page);
    },
    async listWhere(collection, asked, page) {
      must(collection);
      return engine.listWhere(collection, joined(identity, asked) ?? asked, page);
    },
    exportDocuments(request, options) {
      must(request.collection);
      const filter = joined(identity, request.filter);
      return engine.exportDocuments({ ...request, filter }, options);
    },
  };
}

function statusReads(engine: EngineApi, caller: EngineCaller): StatusReads {
  const { identity } = caller;
  return {
    listCollections() {
      caller.check();
      return engine
        .listCollections()
        .filter(({ settings }) => mayKnow(identity, settings.name))
        .map((status) => shown(identity, status));
    },
    describeCollection(name) {
      caller.check();
      if (!mayKnow(identity, name)) throw denied("describe", name);
      return shown(identity, engine.describeCollection(name));
    },
    refusedCollections() {
      caller.check();
      return engine.refusedCollections().filter(({ name }) => mayKnow(identity, name));
    },
    readiness() {
      // Also available without credentials: readiness only, without findings of the data folder.
      const readiness = engine.readiness();
      if (mayAll(identity)) return readiness;
      return { isReady: readiness.isReady, reasons: [], findings: [] };
    },
  };
}

function writes(engine: EngineApi, caller: EngineCaller): Writes {
  const { identity, holder } = caller;
  const { filter: within } = identity;
  return {
    async put(collection, document, scope) {
      demand(caller, "write", collection);
      const ack = await engine.put(collection, document, {
        ...scope,
        within: joined(identity, scope?.within),
        holder,
      });
      caller.wrote({ written: 1, deleted: 0 });
      return ack;
    },
    async update(collection, update, scope) {
      demand(caller, "write", collection);
      const ack = await engine.update(collection, update, {
        within: joined(identity, scope?.within),
        holder,
      });
      caller.wrote({ written: 1, deleted: 0 });
      return ack;
    },
    async delete(collection, keys, scope) {
      demand(caller, "write", collection);
      const asked = { within: joined(identity, scope?.within) };
      const result = await engine.delete(collection, keys, asked);
      caller.wrote({ written: 0, deleted: result.deletedCount });
      return result;
    },
    async deleteWhere(collection, filter, options) {
      demand(caller, "write", collection);
      const asked = joined(identity, filter) ?? filter;
      const result = await engine.deleteWhere(collection, asked, options);
      caller.wrote({ written: 0, deleted: result.deletedCount });
      // What other callers' documents have is not told to callers who see only some.
      return within === undefined ? result : { ...result, unmatched: [] };
    },
    async sendFeedback(collection, event) {
      demand(caller, "feedback", collection);
      const ack = await engine.sendFeedback(collection, event);
      if (within === undefined) return ack;
      const [document] = await engine.get(collection, [event.key]);
      const isKnown = document !== undefined && visibility(within)(document);
      return { ...ack, isUnknownKey: !isKnown };
    },
  };
}

/** A snapshot needs permission on its collection; a missing snapshot is denied in the same way. */
function demandSnapshot(engine: EngineApi, caller: EngineCaller, name: string): void {
  caller.check();
  const snapshot = engine.listSnapshots().find((one) => one.name === name);
  if (snapshot !== undefined) demand(caller, "admin", snapshot.collection);
  else if (!mayAll(caller.identity)) throw denied("admin");
}

function administration(engine: EngineApi, caller: EngineCaller): Administration {
  const { identity, holder } = caller;
  const must = (collection: string): void => demand(caller, "admin", collection);
  const mustSnapshot = (name: string): void => demandSnapshot(engine, caller, name);
  return {
    ...backups(engine, caller),
    async listFeedback(collection, page) {
      must(collection);
      return engine.listFeedback(collection, page);
    },
    listSlowSearches() {
      // They have texts of queries, as feedback has.
      caller.check();
      return engine
        .listSlowSearches()
        .filter(({ collection }) => mayIn(identity, "admin", collection));
    },
    async createCollection(request) {
      must(request.name);
      return engine.createCollection({ ...request, holder });
    },
    async dropCollection(name) {
      must(name);
      return engine.dropCollection(name);
    },
    optimize(name, options) {
      must(name);
      return engine.optimize(name, options);
    },
    calibrate(name, options) {
      must(name);
      return engine.calibrate(name, options);
    },
    async setScoreMaps(name, scoreMaps) {
      must(name);
      return engine.setScoreMaps(name, scoreMaps);
    },
    snapshot(name, snapshotName) {
      must(name);
      return engine.snapshot(name, snapshotName);
    },
    restore(snapshotName, name) {
      mustSnapshot(snapshotName);
      if (name !== undefined) must(name);
      return engine.restore(snapshotName, name, holder);
    },
    listSnapshots() {
      caller.check();
      return engine
        .listSnapshots()
        .filter(({ collection }) => mayIn(identity, "admin", collection));
    },
    deleteSnapshot(snapshotName) {
      mustSnapshot(snapshotName);
      engine.deleteSnapshot(snapshotName);
    },
  };
}

type BackupCalls = Pick<EngineApi, "backup" | "restoreBackup" | "listBackups" | "deleteBackup">;

/** As with snapshots. */
function backups(engine: EngineApi, caller: EngineCaller): BackupCalls {
  const { identity, holder } = caller;
  const must = (collection: string): void => demand(caller, "admin", collection);
  const mustBackup = async (name: string, call: { readonly signal: AbortSignal }) => {
    caller.check();
    if (mayAll(identity)) return;
    const backup = (await engine.listBackups(call)).find((one) => one.name === name);
    if (backup === undefined) throw denied("admin");
    must(backup.collection);
  };
  return {
    backup(name, backupName, call) {
      must(name);
      return engine.backup(name, backupName, call);
    },
    async *restoreBackup(backupName, name, call) {
      if (name !== undefined) must(name);
      await mustBackup(backupName, call);
      yield* engine.restoreBackup(backupName, name, { ...call, holder });
    },
    async listBackups(call) {
      caller.check();
      const all = await engine.listBackups(call);
      return all.filter(({ collection }) => mayIn(identity, "admin", collection));
    },
    async deleteBackup(backupName, call) {
      await mustBackup(backupName, call);
      return engine.deleteBackup(backupName, call);
    },
  };
}

/** An operation of a collection that the caller does not administer is unknown to it. */
function operationCalls(engine: EngineApi, caller: EngineCaller): OperationCalls {
  const mayManage = (collection: string): boolean => mayIn(caller.identity, "admin", collection);
  const visible = (id: string): Operation => {
    caller.check();
    const operation = engine.listOperations().find((one) => one.id === id);
    if (operation !== undefined && mayManage(operation.collection)) return operation;
    throw new SluiceError("OPERATION_NOT_FOUND", `there is no operation "${id}"`, { field: "id" });
  };
  return {
    startOperation(job, idempotencyKey) {
      if (job.kind !== "restore") demand(caller, "admin", job.collection);
      else {
        if (!job.isBackup) demandSnapshot(engine, caller, job.snapshotName);
        // Of which collection a backup is, only the storage knows.
        else if (!mayAll(caller.identity)) throw denied("admin");
        if (job.name !== undefined) demand(caller, "admin", job.name);
      }
      return engine.startOperation(job, idempotencyKey, caller.holder);
    },
    listOperations() {
      caller.check();
      return engine.listOperations().filter(({ collection }) => mayManage(collection));
    },
    getOperation: visible,
    watchOperation: (id, options) => engine.watchOperation(visible(id).id, options),
    cancelOperation(id) {
      const { collection } = visible(id);
      caller.named(collection);
      engine.cancelOperation(id);
    },
  };
}

function demand(caller: EngineCaller, scope: KeyScope, collection: string): void {
  caller.check();
  if (!mayIn(caller.identity, scope, collection)) throw denied(scope, collection);
  caller.named(collection);
}

/** The same error whether or not the object exists. */
export function denied(what: string, collection?: string): SluiceError {
  const place = collection === undefined || collection === "" ? "here" : `in "${collection}"`;
  return new SluiceError(
    "PERMISSION_DENIED",
    `the caller's key or token does not allow ${what} ${place}`,
  );
}

function unknownDocument(key: string): SluiceError {
  return new SluiceError("DOCUMENT_NOT_FOUND", `there is no document "${key}"`, { field: "key" });
}

/**
 * Conjunction of both filters; undefined when there is none. Throws INVALID_FIELD when it exceeds
 * the limits.
 */
function joined({ filter: own }: Identity, asked: Filter | undefined): Filter | undefined {
  if (own === undefined || asked === undefined) return own ?? asked;
  checkFilter(asked);
  const filters = asked.kind === "all" ? [own, ...asked.filters] : [own, asked];
  const both: Filter = { kind: "all", filters };
  try {
    checkFilter(both);
  } catch (error) {
    const message = "the filter is too large in combination with that of the caller's key";
    throw new SluiceError("INVALID_FIELD", message, { field: "filter", cause: error });
  }
  return both;
}

function visibility(filter: Filter | undefined): (document: StoredDocument) => boolean {
  if (filter === undefined) return () => true;
  const matches = createFilterMatch(filter);
  return ({ key, fields }) => matches((name) => fields.get(name), key);
}

/** Hides sizes from a caller with a filter, because they reveal how much data others have. */
function shown({ filter }: Identity, status: CollectionStatus): CollectionStatus {
  if (filter === undefined) return status;
  const hidden = {
    documentCount: 0,
    passageCount: 0,
    tokenCount: 0,
    segmentCount: 0,
    diskBytes: 0,
  };
  return { ...status, ...hidden };
}
