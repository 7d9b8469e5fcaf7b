// An engine for tests of the network layer: documents in a map, scripted searches. It replaces the
// real engine where timing must be controlled: slow readers, cancellations, broken streams.

import { toSequence } from "../../src/core/ids.js";
import { latestSettings } from "../../src/analysis/analyzer.js";
import type { Document } from "../../src/core/document.js";
import { compareKeys } from "../../src/core/document.js";
import type { Filter } from "../../src/core/filter.js";
import { createFilterMatch } from "../../src/core/match-filter.js";
import { SluiceError } from "../../src/core/errors.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import type { SearchHit, SearchUpdate } from "../../src/contract/search-update.js";
import type { CollectionSettings, CollectionStatus } from "../../src/index/collection-settings.js";
import type { WriteAck } from "../../src/ingest/write-operations.js";
import { createOperations } from "../../src/engine/operations.js";
import type {
  StoredDocumentPage,
  EngineApi,
  PageRequest,
  StoredDocument,
} from "../../src/engine/api.js";

export type SearchScript = (
  request: SearchRequest,
  options: { readonly signal: AbortSignal; readonly deadlineMs?: number | undefined },
) => AsyncGenerator<SearchUpdate, void, void>;

export interface EdgeEngine extends EngineApi {
  /** What the next searches do. */
  script: SearchScript;
  /** Called before a document is stored; may wait or throw. */
  beforePut: (document: Document) => Promise<void> | void;
  /** Documents between `put` and its end, now and at most so far. */
  readonly puts: { now: number; max: number };
  readonly documents: Map<string, StoredDocument>;
}

interface State {
  readonly documents: Map<string, StoredDocument>;
  readonly settings: Map<string, CollectionSettings>;
  readonly puts: { now: number; max: number };
  sequence: number;
}

/** Has one collection, `notes`, of dim 16. */
export function createEdgeEngine(): EdgeEngine {
  const state: State = {
    documents: new Map(),
    settings: new Map([["notes", notes]]),
    puts: { now: 0, max: 0 },
    sequence: 0,
  };
  const engine: EdgeEngine = {
    documents: state.documents,
    puts: state.puts,
    script: () => updates([update({ final: true })]),
    beforePut: () => undefined,
    search: (request, options) => engine.script(request, options),
    put: async (_, document) => {
      const { puts } = state;
      puts.now += 1;
      puts.max = Math.max(puts.max, puts.now);
      try {
        await engine.beforePut(document);
        return store(state, document);
      } finally {
        puts.now -= 1;
      }
    },
    update: (_, { key, set, remove }) => {
      const document = state.documents.get(key);
      if (document === undefined)
        return Promise.reject(new SluiceError("DOCUMENT_NOT_FOUND", `no document "${key}"`));
      const kept = [...document.fields].filter(([name]) => !remove.includes(name));
      return Promise.resolve(store(state, { ...document, fields: new Map([...kept, ...set]) }));
    },
    ...documentMethods(state),
    ...collectionMethods(state),
    ...nothingKept,
    ...nothingWrong,
    ...operationsOf(state),
  };
  return engine;
}

function documentMethods(
  state: State,
): Pick<EngineApi, "delete" | "deleteWhere" | "get" | "list" | "listWhere" | "exportDocuments"> {
  const { documents } = state;
  return {
    delete: (collection, keys) => {
      settingsOf(state, collection);
      const deletedCount = keys.filter((key) => documents.delete(key)).length;
      const sequence = (state.sequence += deletedCount);
      return Promise.resolve({ deletedCount, missingCount: keys.length - deletedCount, sequence });
    },
    deleteWhere: (_, filter) =>
      Promise.resolve({
        deletedCount: deleteMatching(documents, filter),
        sequence: state.sequence,
        unmatched: [],
      }),
    get: (collection, keys) => {
      settingsOf(state, collection);
      return Promise.resolve(keys.map((key) => documents.get(key)));
    },
    list: (collection, page) => {
      settingsOf(state, collection);
      return Promise.resolve(pageOf(documents, page));
    },
    listWhere: (collection, filter, page) => {
      settingsOf(state, collection);
      const matches = createFilterMatch(filter);
      const found = pageOf(documents, { ...page, pageSize: 1000 }).documents.filter(
        ({ key, fields }) => matches((name) => fields.get(name), key),
      );
      return Promise.resolve({ documents: found.slice(0, page.pageSize) });
    },
    async *exportDocuments({ collection, afterKey }) {
      settingsOf(state, collection);
      await Promise.resolve();
      const lastSequence = state.sequence;
      yield { documents: [], lastSequence };
      for (const document of pageOf(documents, { pageSize: 1e6, afterKey }).documents)
        yield { documents: [document], lastSequence };
    },
  };
}

function collectionMethods(
  state: State,
): Pick<
  EngineApi,
  "createCollection" | "dropCollection" | "listCollections" | "describeCollection" | "optimize"
> {
  const { settings } = state;
  return {
    createCollection: (request) => {
      const created = { ...notes, name: request.name, dim: request.dim ?? 384 };
      settings.set(request.name, created);
      return Promise.resolve(created);
    },
    dropCollection: (name) => {
      settingsOf(state, name);
      settings.delete(name);
      return Promise.resolve();
    },
    listCollections: () => [...settings.keys()].sort().map((name) => statusOf(state, name)),
    describeCollection: (name) => statusOf(state, name),
    async *optimize(name) {
      settingsOf(state, name);
      yield { step: "merging segments", done: 0, total: 1 };
      await Promise.resolve();
      yield { step: "merging segments", done: 1, total: 1 };
    },
  };
}

function settingsOf({ settings }: State, name: string): CollectionSettings {
  const found = settings.get(name);
  if (found === undefined)
    throw new SluiceError("COLLECTION_NOT_FOUND", `no collection is called ${name}`);
  return found;
}

function statusOf(state: State, name: string): CollectionStatus {
  const { documents, sequence } = state;
  return {
    settings: settingsOf(state, name),
    documentCount: documents.size,
    passageCount: documents.size,
    tokenCount: documents.size * 3,
    generation: sequence,
    lastSequence: toSequence(sequence),
    segmentCount: 1,
    diskBytes: 4096,
    scoreMaps: [],
    kernel: "reference",
  };
}

function store(state: State, document: Document): WriteAck {
  state.sequence += 1;
  const sequence = toSequence(state.sequence);
  const { key, title, text, fields } = document;
  state.documents.set(key, { key, title, text, fields, sequence, passageCount: 1 });
  return { key, sequence, passageCount: 1 };
}

function pageOf(
  documents: ReadonlyMap<string, StoredDocument>,
  { pageSize, afterKey }: PageRequest,
): StoredDocumentPage {
  const keys = [...documents.keys()].sort(compareKeys);
  const after = keys.filter((key) => afterKey === undefined || compareKeys(key, afterKey) > 0);
  const page = after.slice(0, pageSize).map((key) => documents.get(key)!);
  return {
    documents: page,
    nextAfterKey: after.length > pageSize ? page.at(-1)?.key : undefined,
  };
}

function deleteMatching(documents: Map<string, StoredDocument>, filter: Filter): number {
  const matches = createFilterMatch(filter);
  const found = [...documents].filter(([key, { fields }]) =>
    matches((name) => fields.get(name), key),
  );
  for (const [key] of found) documents.delete(key);
  return found.length;
}

/** Optimize, which ends at once, and operations that go on until they are cancelled. */
function operationsOf(
  state: State,
): Pick<
  EngineApi,
  "startOperation" | "listOperations" | "getOperation" | "watchOperation" | "cancelOperation"
> {
  let count = 0;
  const operations = createOperations({
    clock: () => performance.now(),
    nowMs: () => 1_700_000_000_000,
    createId: () => `operation-${(count += 1)}`,
  });
  return {
    startOperation: (job, idempotencyKey) => {
      const collection = job.kind === "restore" ? job.snapshotName : job.collection;
      settingsOf(state, collection);
      const isEndless = job.kind !== "optimize";
      return operations.start({
        job,
        collection,
        idempotencyKey,
        async *run(signal) {
          yield { step: "merging segments", done: 0, total: 1 };
          if (isEndless)
            await new Promise((resolve) =>
              signal.addEventListener("abort", resolve, { once: true }),
            );
          signal.throwIfAborted();
          const optimized = { bytesBefore: 2, bytesAfter: 1 };
          yield { step: "merging segments", done: 1, total: 1, result: { optimized } };
        },
      });
    },
    listOperations: () => operations.list(),
    getOperation: (id) => operations.get(id),
    watchOperation: (id, { signal }) => operations.watch(id, signal),
    cancelOperation: (id) => operations.cancel(id),
  };
}

const nothingWrong: Pick<EngineApi, "listSlowSearches" | "refusedCollections" | "readiness"> = {
  listSlowSearches: () => [],
  refusedCollections: () => [],
  readiness: () => ({ isReady: true, reasons: [], findings: [] }),
};

const notes: CollectionSettings = {
  name: "notes",
  dim: 16,
  bits: 2,
  sketchBits: 2,
  ...latestSettings("english"),
  seed: -7,
};

/** A script that gives these updates without waiting, numbered. */
export async function* updates(
  list: Iterable<SearchUpdate>,
): AsyncGenerator<SearchUpdate, void, void> {
  let sequence = 0;
  for (const one of list) {
    await Promise.resolve();
    yield { ...one, sequence: (sequence += 1) };
  }
}

export function update(parts: Partial<SearchUpdate> = {}): SearchUpdate {
  return {
    sequence: 1,
    final: false,
    stage: "late_interaction",
    certificate: "estimate",
    coverage: { eligible: 10, sketchScored: 10, maxSimScored: 5, reranked: 0 },
    settledCount: 0,
    scoreKind: "relevance",
    generation: 3,
    timings: { total: 1234.5 },
    degradations: [],
    hits: [],
    ...parts,
  };
}

export function hit(key: string, parts: Partial<SearchHit> = {}): SearchHit {
  return {
    key,
    rank: 1,
    score: 0.5,
    parts: {},
    passageNumber: 0,
    span: { start: 0, end: 4 },
    ...parts,
  };
}

/** Of an engine that keeps no passages and no snapshots. */
const nothingKept: Pick<
  EngineApi,
  | "sendFeedback"
  | "listFeedback"
  | "explain"
  | "rerank"
  | "calibrate"
  | "setScoreMaps"
  | "snapshot"
  | "restore"
  | "listSnapshots"
  | "deleteSnapshot"
  | "backup"
  | "restoreBackup"
  | "listBackups"
  | "deleteBackup"
> = {
  rerank: () => {
    throw new SluiceError("MODEL_INVALID", "there is no model");
  },
  sendFeedback: () => Promise.resolve({ isRepeated: false, isUnknownKey: false }),
  listFeedback: () => Promise.resolve({ events: [] }),
  setScoreMaps: () => Promise.resolve(),
  calibrate: () => {
    throw new SluiceError("MODEL_REQUIRED", "there is no model");
  },
  explain: ({ key }) => Promise.reject(new SluiceError("DOCUMENT_NOT_FOUND", `no ${key}`)),
  backup: () => {
    throw new SluiceError("BACKUP_NOT_CONFIGURED", "there is no object storage");
  },
  restoreBackup: () => {
    throw new SluiceError("BACKUP_NOT_CONFIGURED", "there is no object storage");
  },
  listBackups: () => Promise.resolve([]),
  deleteBackup: () => Promise.resolve(),
  snapshot: () => {
    throw new SluiceError("DISK_FULL", "there is no room for a snapshot");
  },
  restore: (name) => {
    throw new SluiceError("SNAPSHOT_NOT_FOUND", `there is no snapshot "${name}"`);
  },
  listSnapshots: () => [],
  deleteSnapshot: (name) => {
    throw new SluiceError("SNAPSHOT_NOT_FOUND", `there is no snapshot "${name}"`);
  },
};
