// The engine behind the network edge: finds the collection and does what is asked of it.

import { isDeepStrictEqual } from "node:util";

import { SluiceError } from "../core/errors.js";
import type { Readiness } from "../core/readiness.js";
import { deleteDocuments, putDocument } from "../ingest/ingest.js";
import type { EngineApi, StoredDocument } from "./api.js";
import type { DocumentRecord } from "../store/stored-values.js";
import { deleteByFilter } from "./delete-by-filter.js";
import { describe } from "./describe.js";
import { settingsFor } from "./create-settings.js";
import { createFeedback } from "./feedback.js";
import type { FeedbackParts } from "./feedback.js";
import type { Snapshots } from "./snapshots.js";
import { listByFilter } from "./list-by-filter.js";
import { optimize } from "./optimize.js";
import { rerank } from "./rerank.js";
import { setScoreMaps } from "./score-maps.js";
import { createSearches } from "./searches.js";
import type { SearchParts } from "./searches.js";

export interface EngineParts extends SearchParts, FeedbackParts {
  readonly snapshots: Snapshots;
  readonly readiness: () => Readiness;
}

export function createEngine(parts: EngineParts): EngineApi {
  const { collections, encodePool, snapshots } = parts;
  return {
    ...createSearches(parts),
    rerank: (request, options) => rerank(parts, request, options),
    put: (name, document, scope) => {
      const { collection, writer } = collections.get(name);
      return putDocument({ collection, writer, preparer: encodePool }, document, scope?.within);
    },
    delete: (name, keys, scope) => deleteDocuments(collections.get(name), keys, scope?.within),
    deleteWhere: (name, filter, { signal }) =>
      deleteByFilter(collections.get(name), filter, { scorer: parts.scorer, signal }),
    ...createReads(parts),
    createCollection: async (request) => {
      const settings = await settingsFor(request, parts);
      const known = collections.list().find(({ collection }) => {
        return collection.settings.name === request.name;
      })?.collection.settings;
      if (known !== undefined && request.ifNotExists) {
        if (isDeepStrictEqual(known, settings)) return known;
        throw new SluiceError(
          "COLLECTION_EXISTS",
          `collection "${known.name}" exists with other settings: ${JSON.stringify(known)}`,
        );
      }
      return (await collections.create(settings)).collection.settings;
    },
    dropCollection: (name) => collections.drop(name),
    listCollections: () => collections.list().map((opened) => describe(opened, parts.kernels)),
    refusedCollections: () => collections.refused(),
    setScoreMaps: (name, scoreMaps) => setScoreMaps(collections.get(name), scoreMaps),
    optimize: (name, options) => optimize(collections.get(name).writer, options),
    async *snapshot(name, snapshotName) {
      const result = yield* snapshots.take(collections.get(name), snapshotName);
      yield { step: "done", done: result.bytes, total: result.bytes, result };
    },
    async *restore(snapshotName, name) {
      const opened = yield* snapshots.restore(snapshotName, name);
      const { modelName } = opened.collection.settings;
      // Without it the collection is searched by words only, as after a start without the model.
      if (modelName !== undefined) await parts.models.open(modelName).catch(() => undefined);
      yield { step: "done", done: 0, total: 0, result: describe(opened, parts.kernels) };
    },
    listSnapshots: () => snapshots.list(),
    deleteSnapshot: (snapshotName) => snapshots.remove(snapshotName),
    describeCollection: (name) => describe(collections.get(name), parts.kernels),
    ...createFeedback(parts),
    readiness: parts.readiness,
  };
}

/** Documents as they are stored. */
function createReads({
  collections,
  scorer,
}: EngineParts): Pick<EngineApi, "get" | "list" | "listWhere"> {
  return {
    get: (name, keys) => {
      const { documents } = collections.get(name).collection.generation;
      return keys.map((key) => {
        const record = documents.readDocument(key);
        return record && toStored(key, record);
      });
    },
    list: (name, { pageSize, afterKey }) => {
      const { documents } = collections.get(name).collection.generation;
      const found = documents.listDocuments({ afterKey, countMax: pageSize + 1 });
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      return Promise.resolve({
        documents: page.map(([key, record]) => toStored(key, record)),
        nextAfterKey: found.length > pageSize ? last?.[0] : undefined,
      });
    },
    listWhere: async (name, filter, page) => {
      const opened = collections.get(name);
      const { documents, nextAfterKey } = await listByFilter(opened, filter, {
        scorer,
        page,
      });
      return { documents: documents.map(([key, record]) => toStored(key, record)), nextAfterKey };
    },
  };
}

function toStored(key: string, record: DocumentRecord): StoredDocument {
  const { title, text, fields, sequence, spans } = record;
  return { key, title, text, fields, sequence, passageCount: spans.length };
}
