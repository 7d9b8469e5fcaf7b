// Checks requests about collections, and shows what there is, for both ports.

import { checkQuery, checkRequest } from "../contract/check-fields.js";
import { collectionToCreateFields } from "../contract/collections.js";
import type {
  CalibrationRequest,
  CollectionToCreate,
  ShownCollection,
  ShownRecallEstimate,
  ShownSettings,
} from "../contract/collections.js";
import { queryFields } from "../contract/search-request.js";
import type { Query } from "../contract/search-request.js";
import { integerIn, invalidField, numberIn, shortName, vectorDim } from "../contract/validate.js";
import type { DataFinding, RefusedCollection } from "../core/readiness.js";
import { limits } from "../core/limits.js";
import type { CalibrateOptions, CreateCollection, EngineApi } from "../engine/api.js";
import type {
  CollectionSettings,
  CollectionStatus,
  RecallStatus,
} from "../index/collection-settings.js";
import { decodePageToken, encodePageToken } from "./page-token.js";
import { shownScoreMap } from "./score-maps.js";

/** Throws INVALID_FIELD naming the field. */
export function checkedCollection(asked: Partial<CollectionToCreate>): CreateCollection {
  checkRequest<CollectionToCreate>(collectionToCreateFields, asked);
  const { name, modelName, dim, analyzer, stemmer, stopWords } = asked;
  if (modelName !== undefined && dim !== undefined) {
    throw invalidField(
      "dim",
      "dim and model are both set; a model has its own dim, so leave one out",
    );
  }
  return {
    name,
    modelName: modelName && shortName(modelName, { field: "model", bytesMax: 255 }),
    dim: dim === undefined ? undefined : vectorDim(dim, "dim"),
    bits: codeBits(asked.bits, "bits"),
    sketchBits: codeBits(asked.sketchBits, "sketch_bits"),
    refineBits: codeBits(asked.refineBits, "refine_bits"),
    analyzer,
    stemmer,
    stopWords,
    ifNotExists: asked.ifNotExists ?? false,
  };
}

function codeBits(bits: number | undefined, field: string): number | undefined {
  if (bits === undefined || bits === 1 || bits === 2 || bits === 4 || bits === 8) return bits;
  throw invalidField(field, `${field} is ${bits}, it must be 1, 2, 4 or 8`);
}

/** A seed is a signed 32-bit integer in the engine and unsigned with the same bits outside. */
export function shownSettings(settings: CollectionSettings): ShownSettings {
  return { ...settings, seed: settings.seed >>> 0 };
}

export function shownCollection(status: CollectionStatus): ShownCollection {
  const { recall } = status;
  return {
    ...status,
    settings: shownSettings(status.settings),
    recall: recall && { ...recall, estimates: shownEstimates(recall) },
    scoreMaps: status.scoreMaps.map(shownScoreMap),
  };
}

export function shownEstimates({ estimates, sampleCount }: RecallStatus): ShownRecallEstimate[] {
  return estimates.map((estimate) => ({ ...estimate, sampleCount }));
}

export interface CollectionPage {
  readonly collections: readonly ShownCollection[];
  /** On the first page only, like the findings. */
  readonly refused: readonly RefusedCollection[];
  readonly findings: readonly DataFinding[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** In order of their names. Without a page size, a page has `limits.pageSizeMax` collections. */
export function listCollections(
  engine: EngineApi,
  page: { readonly pageSize?: number | undefined; readonly pageToken?: string | undefined },
): CollectionPage {
  const range = { field: "page_size", min: 1, max: limits.pageSizeMax };
  const pageSize = integerIn(page.pageSize, range) ?? limits.pageSizeMax;
  const after = decodePageToken(page.pageToken ?? "");
  const all = engine.listCollections();
  const rest = after === undefined ? all : all.filter(({ settings }) => settings.name > after);
  const shown = rest.slice(0, pageSize);
  const last = shown.at(-1);
  const isFirst = after === undefined;
  return {
    collections: shown.map(shownCollection),
    refused: isFirst ? engine.refusedCollections() : [],
    findings: isFirst ? engine.readiness().findings : [],
    nextPageToken:
      last === undefined || shown.length === rest.length ? "" : encodePageToken(last.settings.name),
  };
}

/** Throws INVALID_FIELD naming the field. */
export function checkedCalibration({
  sampleQueries: texts = [],
  samples: queries = [],
  sampleCount,
  confidence,
}: CalibrationRequest): Omit<CalibrateOptions, "signal"> {
  if (texts.length > 0 && queries.length > 0)
    throw invalidField("samples", "samples and sample_queries are both set; leave one out");
  const count = texts.length + queries.length;
  if (count > limits.sampleQueriesMax)
    throw invalidField(
      texts.length > 0 ? "sample_queries" : "samples",
      `${count} sample queries, the limit is ${limits.sampleQueriesMax}`,
    );
  const samples = [
    ...texts.map((text, i) => checkedQuery({ text }, `sample_queries[${i}]`)),
    ...queries.map((query, i) => checkedQuery(query, `samples[${i}]`)),
  ];
  return {
    samples: samples.length === 0 ? undefined : samples,
    sampleCount: integerIn(sampleCount, {
      field: "sample_count",
      min: limits.sampleQueriesMin,
      max: limits.sampleQueriesMax,
    }),
    // A confidence of 1 cannot be established from a sample.
    confidence: numberIn(confidence, { field: "confidence", min: 0.5, max: 0.9999 }),
  };
}

function checkedQuery(query: Query, path: string): Query {
  checkRequest<Query>(queryFields, query, `${path}.`);
  checkQuery(query, path);
  return query;
}
