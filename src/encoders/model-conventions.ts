// How a checkpoint expects its inputs, from the configuration files of its model family.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { limits } from "../core/limits.js";
import type { CrossEncoderManifest, LateInteractionManifest } from "./model-manifest.js";
import { invalidModel } from "./model-manifest.js";
import type { Tokenizer } from "./tokenizer.js";

/** The family whose files define a model's conventions. */
export type ModelFamily = "colbert" | "pylate" | "plain";

const length = z.int().positive();
const text = z.string().nullish();

/** Configuration files by name. Each is optional, and unknown fields are ignored. */
const schemas = {
  "config.json": z.looseObject({
    architectures: z.array(z.string()).nullish(),
    model_type: text,
    max_position_embeddings: length.nullish(),
    pad_token_id: z.int().nullish(),
  }),
  "tokenizer_config.json": z.looseObject({ model_max_length: z.number().nullish() }),
  /** sentence-transformers; PyLate adds its conventions. */
  "config_sentence_transformers.json": z.looseObject({
    query_prefix: text,
    document_prefix: text,
    query_length: length.nullish(),
    document_length: length.nullish(),
    do_query_expansion: z.boolean().nullish(),
    attend_to_expansion_tokens: z.boolean().nullish(),
    skiplist_words: z.array(z.string()).nullish(),
  }),
  /** The original ColBERT. */
  "artifact.metadata": z.looseObject({
    query_maxlen: length.nullish(),
    doc_maxlen: length.nullish(),
    dim: length.nullish(),
    mask_punctuation: z.boolean().nullish(),
    attend_to_mask_tokens: z.boolean().nullish(),
    query_token_id: text,
    doc_token_id: text,
  }),
} as const;

/** PyLate's conventions as its ONNX export writes them. */
const exportFile = "onnx_config.json";

export const configFiles = [...Object.keys(schemas), exportFile];

export interface ModelConfigs {
  readonly model: z.infer<(typeof schemas)["config.json"]>;
  readonly tokenizer: z.infer<(typeof schemas)["tokenizer_config.json"]>;
  readonly pylate: z.infer<(typeof schemas)["config_sentence_transformers.json"]>;
  readonly colbert: z.infer<(typeof schemas)["artifact.metadata"]> | undefined;
}

/** Reads the files that exist. Throws MODEL_INVALID for one that its family would not write. */
export function readModelConfigs(folder: string): ModelConfigs {
  const pylate = schemas["config_sentence_transformers.json"];
  return {
    model: readConfig(folder, "config.json", schemas["config.json"]) ?? {},
    tokenizer: readConfig(folder, "tokenizer_config.json", schemas["tokenizer_config.json"]) ?? {},
    pylate: {
      ...readConfig(folder, "config_sentence_transformers.json", pylate),
      ...readConfig(folder, exportFile, pylate),
    },
    colbert: readConfig(folder, "artifact.metadata", schemas["artifact.metadata"]),
  };
}

function readConfig<T>(folder: string, file: string, schema: z.ZodType<T>): T | undefined {
  let content: string;
  try {
    content = readFileSync(join(folder, file), "utf8");
  } catch {
    return undefined;
  }
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (cause) {
    throw invalidModel(folder, `${file} is not JSON`, cause);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidModel(folder, `${file}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

/** Models whose position ids start after the padding token's id, as in RoBERTa. */
const offsetModels = ["roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet"];
/** Position limit when no file declares one. */
const positionLimitDefault = 512;

/** Longest input in tokens: the minimum of what the files declare. */
export function positionLimitOf({ model, tokenizer }: ModelConfigs): number {
  const { max_position_embeddings: positions, model_type: type, pad_token_id: pad } = model;
  const offset = offsetModels.includes(type ?? "") ? (pad ?? 1) + 1 : 0;
  // Tokenizers without a limit declare 10^30.
  const declared = tokenizer.model_max_length ?? Infinity;
  const limit = Math.min(positions == null ? Infinity : positions - offset, declared);
  return limit > limits.passageRowsMax ? fallback(positions) : Math.floor(limit);
}

function fallback(positions: number | null | undefined): number {
  return positions == null ? positionLimitDefault : limits.passageRowsMax;
}

/** Query and passage lengths of a model without conventions, as for the embedded one. */
const plainQueryTokens = 64;
const plainPassageTokens = 320;
const overlapTokens = 64;

type TextRules = Pick<LateInteractionManifest, "query" | "passage">;

export interface LateConventions extends TextRules {
  readonly family: ModelFamily;
  /** Vector dimension, when a file declares it. */
  readonly dim: number | undefined;
}

/** Conventions of PyLate if present, else of ColBERT, else those of the embedded model. */
export function lateConventions(configs: ModelConfigs, tokenizer: Tokenizer): LateConventions {
  const { pylate, colbert } = configs;
  if (pylate.query_length != null || pylate.document_length != null)
    return { family: "pylate", dim: undefined, ...pylateRules(configs, tokenizer) };
  if (colbert !== undefined)
    return {
      family: "colbert",
      dim: colbert.dim ?? undefined,
      ...colbertRules(configs, tokenizer),
    };
  return { family: "plain", dim: undefined, ...plainRules(configs, tokenizer) };
}

/** Defaults of PyLate's ColBERT class: 32 and 180 tokens, query expansion without attention. */
function pylateRules(configs: ModelConfigs, tokenizer: Tokenizer): TextRules {
  const { pylate } = configs;
  const queryTokens = pylate.query_length ?? 32;
  const expands = pylate.do_query_expansion ?? true;
  return rules(configs, {
    queryTokens,
    queryPrefix: pylate.query_prefix ?? "",
    expandToTokens: expands ? queryTokens : null,
    attendToExpansion: pylate.attend_to_expansion_tokens ?? false,
    passageTokens: pylate.document_length ?? 180,
    passagePrefix: pylate.document_prefix ?? "",
    skipTokenIds: skippedWords(pylate.skiplist_words ?? punctuation, tokenizer),
  });
}

/** Defaults of ColBERT's settings: 32 and 220 tokens, punctuation masked. */
function colbertRules(configs: ModelConfigs, tokenizer: Tokenizer): TextRules {
  const { colbert = {} } = configs;
  const queryTokens = colbert.query_maxlen ?? 32;
  return rules(configs, {
    queryTokens,
    queryPrefix: colbert.query_token_id ?? "[unused0]",
    expandToTokens: queryTokens,
    attendToExpansion: colbert.attend_to_mask_tokens ?? false,
    passageTokens: colbert.doc_maxlen ?? 220,
    passagePrefix: colbert.doc_token_id ?? "[unused1]",
    skipTokenIds: colbert.mask_punctuation === false ? [] : skippedWords(punctuation, tokenizer),
  });
}

function plainRules(configs: ModelConfigs, tokenizer: Tokenizer): TextRules {
  return rules(configs, {
    queryTokens: plainQueryTokens,
    queryPrefix: "",
    passageTokens: plainPassageTokens,
    expandToTokens: null,
    attendToExpansion: false,
    passagePrefix: "",
    skipTokenIds: skippedWords(punctuation, tokenizer),
  });
}

function rules(
  configs: ModelConfigs,
  asked: {
    readonly queryTokens: number;
    readonly queryPrefix: string;
    readonly expandToTokens: number | null;
    readonly attendToExpansion: boolean;
    readonly passageTokens: number;
    readonly passagePrefix: string;
    readonly skipTokenIds: number[];
  },
): TextRules {
  const limit = positionLimitOf(configs);
  const queryMax = Math.min(limit, limits.queryRowsMax);
  const passageTokens = Math.min(asked.passageTokens, limit);
  const { expandToTokens: expanded } = asked;
  return {
    query: {
      maxTokens: Math.min(asked.queryTokens, queryMax),
      prefix: asked.queryPrefix,
      expandToTokens: expanded === null ? null : Math.min(expanded, queryMax),
      attendToExpansion: asked.attendToExpansion,
    },
    passage: {
      maxTokens: passageTokens,
      prefix: asked.passagePrefix,
      overlapTokens: Math.min(overlapTokens, passageTokens >> 2),
      titles: "every_passage",
      skipTokenIds: asked.skipTokenIds,
    },
  };
}

/** Python's string.punctuation, which both families skip. */
const punctuation = Array.from("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

/** Ids of the words that are single tokens; a word of several cannot be skipped. */
function skippedWords(words: readonly string[], tokenizer: Tokenizer): number[] {
  const ids = words.flatMap((word) => {
    const found = tokenizer.textIds(word, 2);
    return found.length === 1 ? found : [];
  });
  return [...new Set(ids)].sort((a, b) => a - b);
}

/** Pair length of most rerankers' training, limited by what the model accepts. */
export function pairConventions(configs: ModelConfigs): CrossEncoderManifest["pair"] {
  const maxTokens = Math.min(512, positionLimitOf(configs));
  return {
    maxTokens,
    queryMaxTokens: Math.min(64, maxTokens >> 1),
    overlapTokens: Math.min(overlapTokens, maxTokens >> 2),
  };
}
