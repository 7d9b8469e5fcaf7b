// A request to create a collection becomes settings: every choice made, every value checked.

import { latestSettings, loadLanguage } from "../analysis/analyzer.js";
import {
  analyzerNames,
  isAnalyzerName,
  isStemmerName,
  isStopWordsName,
} from "../analysis/settings.js";
import type { AnalyzerSettings } from "../analysis/settings.js";
import { stemmerNames } from "../analysis/stemmers.js";
import { stopWordsNames } from "../analysis/stop-words.js";
import type { RefineBits } from "../codec/refine-plane.js";
import { openCentring } from "../core/centre.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { CodeBits } from "../kernels/kernels.js";
import type { CreateCollection } from "./api.js";
import type { Models } from "./models.js";

/** Names become values in a manifest, never paths. */
const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;
/** One seed for all: the same data gives the same bytes on every server. */
const rotationSeed = 1;
const bitsDefault = 2;

/** Throws INVALID_FIELD naming the field, MODEL_NOT_FOUND, MODEL_INVALID or SYSTEM_LIMIT. Verifies a model's folder once. */
export async function settingsFor(
  request: CreateCollection,
  { models, defaultModel }: { models: Models; defaultModel: string },
): Promise<CollectionSettings> {
  const { name } = request;
  if (!namePattern.test(name))
    throw new SluiceError(
      "INVALID_FIELD",
      `collection name ${JSON.stringify(name.slice(0, 80))} must be 1 to 63 of a-z, 0-9, "-" and "_", beginning with a letter or digit`,
      { field: "name" },
    );
  const bits = toBits(request.bits, "bits");
  const choices = {
    bits,
    refineBits: toRefineBits(request.refineBits, bits),
    sketchBits: toBits(request.sketchBits, "sketch_bits"),
    ...toWords(request),
    seed: rotationSeed,
  };
  await loadLanguage(choices);
  if (request.dim !== undefined && request.modelName === undefined)
    return {
      name,
      modelName: undefined,
      modelFingerprint: undefined,
      dim: toDim(request.dim),
      ...choices,
      centring: openCentring,
    };
  const modelName = models.resolve(request.modelName ?? defaultModel);
  const { manifest, fingerprint } = await models.open(modelName);
  if (manifest.kind !== "late-interaction")
    throw new SluiceError("MODEL_INVALID", `"${manifest.name}" is a ${manifest.kind} model`, {
      field: "model",
    });
  if (request.dim !== undefined && request.dim !== manifest.dim)
    throw new SluiceError(
      "INVALID_FIELD",
      `dim is ${request.dim}, model "${manifest.name}" has dim ${manifest.dim}; leave it out`,
      { field: "dim" },
    );
  const { dim, rowsShareDirection } = manifest;
  const centring = rowsShareDirection ? openCentring : undefined;
  return { name, modelName, modelFingerprint: fingerprint, dim, ...choices, centring };
}

function toBits(bits: number | undefined, field: string): CodeBits {
  const value = bits ?? bitsDefault;
  if (value === 1 || value === 2 || value === 4 || value === 8) return value;
  throw new SluiceError("INVALID_FIELD", `${field} is ${value}, it may be 1, 2, 4 or 8`, { field });
}

function toRefineBits(refineBits: number | undefined, bits: CodeBits): RefineBits | undefined {
  if (refineBits === undefined) return undefined;
  if ((refineBits === 4 || refineBits === 8) && refineBits > bits) return refineBits;
  throw new SluiceError(
    "INVALID_FIELD",
    `refine_bits is ${refineBits}, it may be 4 or 8 and must be above bits, which is ${bits}`,
    { field: "refine_bits" },
  );
}

function toDim(dim: number): number {
  const { dimMin, dimMax } = limits;
  if (Number.isInteger(dim) && dim >= dimMin && dim <= dimMax && dim % 16 === 0) return dim;
  throw new SluiceError(
    "INVALID_FIELD",
    `dim is ${dim}, it must be a multiple of 16 from ${dimMin} to ${dimMax}`,
    { field: "dim" },
  );
}

/** A stemmer of another language than English goes with "unicode", named or not. */
function toWords(request: CreateCollection): AnalyzerSettings {
  const isOther = request.stemmer !== undefined && request.stemmer !== "english";
  const analyzer = request.analyzer ?? (isOther ? "unicode" : "english");
  if (!isAnalyzerName(analyzer)) throw unknownName("analyzer", analyzer, analyzerNames);
  const latest = latestSettings(analyzer);
  const { stemmer = latest.stemmer, stopWords = latest.stopWords } = request;
  if (!isStemmerName(stemmer)) throw unknownName("stemmer", stemmer, ["none", ...stemmerNames]);
  if (!isStopWordsName(stopWords))
    throw unknownName("stop_words", stopWords, ["none", ...stopWordsNames]);
  if (analyzer === "english" && stemmer !== "english")
    throw new SluiceError(
      "INVALID_FIELD",
      `stemmer is "${stemmer}", analyzer "english" has its own; choose analyzer "unicode"`,
      { field: "stemmer" },
    );
  return { ...latest, stemmer, stopWords };
}

function unknownName(field: string, name: string, known: readonly string[]): SluiceError {
  const listed = known.map((one) => `"${one}"`).join(", ");
  const message = `${field} is ${JSON.stringify(name.slice(0, 80))}, it may be ${listed}`;
  return new SluiceError("INVALID_FIELD", message, { field });
}
