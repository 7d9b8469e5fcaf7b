// The engine's API, put together from its parts.

import { isDeepStrictEqual } from "node:util";

import { createAnalyzers } from "../analysis/analyzer.js";
import type { Analyzer } from "../analysis/query-words.js";
import { analyzerSettingsOf } from "../analysis/settings.js";
import { SluiceError } from "../core/errors.js";
import type { Readiness } from "../core/readiness.js";
import { deleteDocuments, putDocument } from "../ingest/ingest.js";
import { chosenSettings } from "../index/collection-settings.js";
import type { CollectionSettings, CollectionStatus } from "../index/collection-settings.js";
import type { PinnedDocuments } from "../store/store.js";
import type {
  CreateCollection,
  StoredDocumentPage,
  EngineApi,
  PageRequest,
  RestoreProgress,
} from "./api.js";
import { deleteByFilter } from "./delete-by-filter.js";
import type { CollectionFigures } from "./collection-figures.js";
import { settingsFor } from "./create-settings.js";
import { createFeedback } from "./feedback.js";
import type { FeedbackParts } from "./feedback.js";
import type { Backups } from "./backups.js";
import type { Snapshots } from "./snapshots.js";
import { isWorthCompacting } from "./compaction.js";
import { exportDocuments } from "./export-documents.js";
import { listByFilter } from "./list-by-filter.js";
import { toStored } from "./stored-document.js";
import { whileOpen } from "./open-collection.js";
import { createOperationCalls } from "./operation-calls.js";
import type { Operations } from "./operations.js";
import { optimize } from "./optimize.js";
import { rerank } from "./rerank.js";
import { createSearches } from "./searches.js";
import type { SearchParts } from "./search-parts.js";
import type { SlowSearchMemory } from "./slow-search.js";
import { updateDocument } from "./update-document.js";

export interface EngineParts extends SearchParts, FeedbackParts {
  readonly snapshots: Snapshots;
  readonly backups: Backups;
  readonly operations: Operations;
  readonly slowSearches: SlowSearchMemory;
  readonly readiness: () => Readiness;
  /** Called when a backup has ended, however it was started; without a time when it failed. */
  readonly onBackupEnded?: ((ended: EndedBackup) => void) | undefined;
}

export interface EndedBackup {
  readonly collection: string;
  /** Milliseconds since 1970. */
  readonly completedMs: number | undefined;
}

export function createEngine(parts: EngineParts): EngineApi {
  const searches = createSearches(parts);
  const jobs = createJobs(parts);
  return {
    ...searches,
    rerank: (request, call) => rerank(parts, request, call),
    ...createReads(parts),
    ...createWrites(parts),
    ...createFeedback(parts),
    ...createAdministration(parts),
    ...jobs,
    ...createOperationCalls(parts, { ...jobs, calibrate: searches.calibrate }),
    listSlowSearches: () => parts.slowSearches.list(),
    readiness: parts.readiness,
  };
}

function createWrites({
  collections,
  encodePool,
  scorer,
}: EngineParts): Pick<EngineApi, "put" | "update" | "delete" | "deleteWhere"> {
  const analyzers = createAnalyzers();
  const analyzerOf = (settings: CollectionSettings): Analyzer =>
    analyzers(analyzerSettingsOf(settings));
  return {
    put: (name, document, scope) =>
      collections.use(name, ({ collection, writer }) =>
        putDocument({ collection, writer, preparer: encodePool }, document, scope),
      ),
    update: (name, update, { within } = {}) =>
      collections.use(name, (opened) =>
        updateDocument(opened, update, { scorer, analyzerOf, within }),
      ),
    delete: (name, keys, scope) =>
      collections.use(name, (opened) => deleteDocuments(opened, keys, scope?.within)),
    deleteWhere: (name, filter, { signal }) =>
      collections.use(name, (opened) => deleteByFilter(opened, filter, { scorer, signal }), {
        signal,
      }),
  };
}

function createAdministration(
  parts: EngineParts,
): Pick<
  EngineApi,
  | "createCollection"
  | "dropCollection"
  | "listCollections"
  | "refusedCollections"
  | "describeCollection"
  | "setScoreMaps"
  | "listSnapshots"
  | "deleteSnapshot"
  | "listBackups"
  | "deleteBackup"
> {
  const { collections, snapshots, backups } = parts;
  return {
    createCollection: (request) => createCollection(parts, request),
    dropCollection: (name) => collections.drop(name),
    listCollections: () => collections.list().map((figures) => toStatus(parts, figures)),
    refusedCollections: () => collections.refused(),
    describeCollection: (name) => toStatus(parts, collections.figures(name)),
    // Searches that begin after it resolves use them; running ones keep the maps they began with.
    setScoreMaps: (name, scoreMaps) =>
      collections.use(name, (opened) =>
        whileOpen(opened, () => opened.writer.setScoreMaps(scoreMaps)),
      ),
    listSnapshots: () => snapshots.list(),
    deleteSnapshot: (snapshotName) => snapshots.remove(snapshotName),
    listBackups: (call) => backups.list(call),
    deleteBackup: (backupName, call) => backups.remove(backupName, call),
  };
}

function toStatus({ kernels }: EngineParts, figures: CollectionFigures): CollectionStatus {
  return { ...figures, kernel: kernels.name };
}

async function createCollection(
  parts: EngineParts,
  request: CreateCollection,
): Promise<CollectionSettings> {
  const { collections } = parts;
  const settings = await settingsFor(request, parts);
  const known = collections.settingsOf(request.name);
  if (known !== undefined && request.ifNotExists) {
    // A collection keeps the version of the analyzer that it was made with.
    const { analyzerVersion } = known;
    const asked = chosenSettings({ ...settings, analyzerVersion });
    if (isDeepStrictEqual(known, asked)) return known;
    throw new SluiceError(
      "COLLECTION_EXISTS",
      `collection "${known.name}" exists with other settings: ${JSON.stringify(known)}`,
    );
  }
  await collections.create(settings);
  return chosenSettings(settings);
}

/** Jobs that stream their progress. */
function createJobs(
  parts: EngineParts,
): Pick<EngineApi, "optimize" | "snapshot" | "restore" | "backup" | "restoreBackup"> {
  const { collections, snapshots, backups } = parts;
  return {
    async *optimize(name, options) {
      const { signal } = options;
      const { opened, release } = await collections.acquire(name, { signal });
      const { store } = opened.collection;
      const bytesBefore = store.diskBytes();
      let isCompacting: boolean;
      try {
        yield* optimize(opened.writer, options);
        isCompacting = options.isFull && isWorthCompacting(store);
      } finally {
        release();
      }
      if (isCompacting) {
        yield { step: "giving space back", done: 0, total: 0 };
        await snapshots.compact(name);
      }
      const bytesAfter = await collections.use(name, ({ collection }) =>
        collection.store.diskBytes(),
      );
      yield { step: "done", done: 0, total: 0, result: { bytesBefore, bytesAfter } };
    },
    async *snapshot(name, snapshotName) {
      const { opened, release } = await collections.acquire(name);
      let result;
      try {
        result = yield* snapshots.take(opened, snapshotName);
      } finally {
        release();
      }
      yield { step: "done", done: result.bytes, total: result.bytes, result };
    },
    async *restore(snapshotName, name) {
      const restored = yield* snapshots.restore(snapshotName, name);
      yield* afterRestore(parts, restored);
    },
    async *backup(name, backupName, call) {
      let completedMs: number | undefined;
      try {
        const result = yield* backups.take(name, backupName, call);
        completedMs = result.createdMs;
        yield { step: "done", done: result.bytes, total: result.bytes, result };
      } finally {
        parts.onBackupEnded?.({ collection: name, completedMs });
      }
    },
    async *restoreBackup(backupName, name, call) {
      const restored = yield* backups.restore(backupName, name, call);
      yield* afterRestore(parts, restored);
    },
  };
}

async function* afterRestore(
  parts: EngineParts,
  restored: string,
): AsyncGenerator<RestoreProgress, void, void> {
  const result = toStatus(parts, parts.collections.figures(restored));
  const { modelName } = result.settings;
  // Without it the collection is searched by words only, as after a start without the model.
  if (modelName !== undefined) await parts.models.open(modelName).catch(() => undefined);
  yield { step: "done", done: 0, total: 0, result };
}

/** Documents as they are stored. */
function createReads({
  collections,
  scorer,
  kernels,
}: EngineParts): Pick<EngineApi, "get" | "list" | "listWhere" | "exportDocuments"> {
  return {
    get: (name, keys) =>
      collections.use(name, ({ collection }) => {
        const { documents } = collection.generation;
        return keys.map((key) => {
          const record = documents.readDocument(key);
          return record && toStored(key, record);
        });
      }),
    list: (name, page) =>
      collections.use(name, ({ collection }) => pageOf(collection.generation.documents, page)),
    listWhere: (name, filter, page) =>
      collections.use(name, async (opened) => {
        const { documents, nextAfterKey } = await listByFilter(opened, filter, { scorer, page });
        return { documents: documents.map(([key, record]) => toStored(key, record)), nextAfterKey };
      }),
    async *exportDocuments(request, { signal }) {
      const { opened, release } = await collections.acquire(request.collection, { signal });
      try {
        yield* exportDocuments(opened, request, { kernels, scorer, signal });
      } finally {
        release();
      }
    },
  };
}

function pageOf(
  documents: PinnedDocuments,
  { pageSize, afterKey }: PageRequest,
): StoredDocumentPage {
  const found = documents.listDocuments({ afterKey, countMax: pageSize + 1 });
  const page = found.slice(0, pageSize).map(([key, record]) => toStored(key, record));
  const last = page.at(-1);
  if (found.length <= pageSize || last === undefined) return { documents: page };
  return { documents: page, nextAfterKey: last.key };
}
