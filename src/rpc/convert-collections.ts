// Converts and validates creation requests, and converts settings and status to messages.

import type { DataFinding, FindingKind } from "../core/readiness.js";
import type { Collection as CollectionMessage } from "../gen/proto/sluice/v1/Collection.js";
import type { CollectionServiceCreateRequest__Output } from "../gen/proto/sluice/v1/CollectionServiceCreateRequest.js";
import type { CollectionSettings as CollectionSettingsMessage } from "../gen/proto/sluice/v1/CollectionSettings.js";
import type { DataFinding as DataFindingMessage } from "../gen/proto/sluice/v1/DataFinding.js";
import type { CollectionSettings, CollectionStatus } from "../index/collection-settings.js";
import { recallToMessage } from "./convert-calibration.js";
import { scoreMapToMessage } from "./convert-score-maps.js";
import { vectorDim } from "../wire/vector-messages.js";
import type { CreateCollection } from "../engine/api.js";
import { collectionName, invalidField, shortName } from "../contract/validate.js";

type Analyzer = CollectionSettings["analyzer"];

const analyzers: Partial<Record<string, Analyzer>> = {
  ANALYZER_ENGLISH: "english",
  ANALYZER_UNICODE: "unicode",
};

const analyzerNames = {
  english: "ANALYZER_ENGLISH",
  unicode: "ANALYZER_UNICODE",
} as const satisfies Record<Analyzer, string>;

export function createCollectionFromMessage(
  message: CollectionServiceCreateRequest__Output,
): CreateCollection {
  const { model, dim } = message;
  if (model !== "" && dim !== undefined) {
    throw invalidField(
      "dim",
      "dim and model are both set; a model has its own dim, so leave one out",
    );
  }
  const analyzer = analyzers[message.analyzer];
  if (analyzer === undefined && message.analyzer !== "ANALYZER_UNSPECIFIED")
    throw invalidField("analyzer", "analyzer is unknown to this version");
  const { stemmer, stop_words: stopWords } = message;
  return {
    name: collectionName(message.name, "name"),
    modelName: model === "" ? undefined : shortName(model, { field: "model", bytesMax: 255 }),
    dim: dim === undefined ? undefined : vectorDim(dim, "dim"),
    bits: codeBits(message.bits, "bits"),
    sketchBits: codeBits(message.sketch_bits, "sketch_bits"),
    analyzer,
    stemmer: stemmer === "" ? undefined : stemmer,
    stopWords: stopWords === "" ? undefined : stopWords,
    ifNotExists: message.if_not_exists,
  };
}

function codeBits(bits: number | undefined, field: string): number | undefined {
  if (bits === undefined || bits === 1 || bits === 2 || bits === 4 || bits === 8) return bits;
  throw invalidField(field, `${field} is ${bits}, it must be 1, 2, 4 or 8`);
}

export function settingsToMessage(settings: CollectionSettings): CollectionSettingsMessage {
  return {
    name: settings.name,
    model: settings.modelName ?? "",
    model_fingerprint: settings.modelFingerprint ?? "",
    dim: settings.dim,
    bits: settings.bits,
    sketch_bits: settings.sketchBits,
    analyzer: analyzerNames[settings.analyzer],
    // A seed is a signed 32-bit integer in the engine and unsigned with the same bits on the wire.
    seed: settings.seed >>> 0,
    analyzer_version: settings.analyzerVersion,
    stemmer: settings.stemmer,
    stop_words: settings.stopWords,
  };
}

const findingKinds = {
  damaged: "KIND_DAMAGED",
  duplicate: "KIND_DUPLICATE",
  unfinished: "KIND_UNFINISHED",
  foreign: "KIND_FOREIGN",
  link: "KIND_LINK",
} as const satisfies Record<FindingKind, string>;

export function findingToMessage({ place, kind, message }: DataFinding): DataFindingMessage {
  return { place, kind: findingKinds[kind], message };
}

export function statusToMessage(status: CollectionStatus): CollectionMessage {
  return {
    settings: settingsToMessage(status.settings),
    document_count: status.documentCount,
    passage_count: status.passageCount,
    token_count: status.tokenCount,
    generation: status.generation,
    last_sequence: status.lastSequence,
    segment_count: status.segmentCount,
    disk_bytes: status.diskBytes,
    kernel: status.kernel,
    ...(status.recall && { recall: recallToMessage(status.recall) }),
    score_maps: status.scoreMaps.map(scoreMapToMessage),
  };
}
