// How a checkpoint expects its inputs, by the conventions of its model family.

import { limits } from "../core/limits.js";
import { familyOf, positionLimitOf } from "./checkpoint-configs.js";
import type { ModelConfigs, ModelFamily } from "./checkpoint-configs.js";
import { modulesFile } from "./checkpoint-modules.js";
import type { CrossEncoderManifest, LateInteractionManifest } from "./model-manifest.js";
import { invalidModel } from "./model-manifest.js";
import type { Tokenizer } from "./tokenizer.js";

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

/** Throws MODEL_INVALID for conventions that cannot be kept. */
export function lateConventions(configs: ModelConfigs, tokenizer: Tokenizer): LateConventions {
  const family = familyOf(configs);
  const dim = family === "colbert" ? (configs.colbert?.dim ?? undefined) : undefined;
  return { family, dim, ...familyRules[family](configs, tokenizer) };
}

type FamilyRules = (configs: ModelConfigs, tokenizer: Tokenizer) => TextRules;

const familyRules: Readonly<Record<ModelFamily, FamilyRules>> = {
  "multi-vector-encoder": encoderRules,
  pylate: pylateRules,
  colbert: colbertRules,
  plain: plainRules,
};

/**
 * Those of MultiVectorEncoder: no expansion unless one is set, and with the strategy "min" longer
 * queries are read whole. Lengths that are not set are those of a plain model.
 */
function encoderRules(configs: ModelConfigs, tokenizer: Tokenizer): TextRules {
  const { pylate, transformer, mask } = configs;
  const { query_expansion: expansion, query_length: length } = transformer;
  checkEncoder(configs, tokenizer);
  const prompts = pylate.prompts ?? {};
  const isFixed = expansion?.strategy === "fixed";
  return rules(configs, {
    queryTokens: (isFixed ? expansion.length : length) ?? limits.queryRowsMax,
    queryPrefix: prompts["query"] ?? "",
    expandToTokens: expansion?.length ?? null,
    attendToExpansion: expansion?.attend ?? false,
    passageTokens: transformer.document_length ?? plainPassageTokens,
    passagePrefix: prompts["document"] ?? prompts["passage"] ?? prompts["corpus"] ?? "",
    skipTokenIds: skippedWords(mask.skiplist_words ?? [], tokenizer),
  });
}

/** What a MultiVectorEncoder may be told that Sluice does not do. */
function checkEncoder(
  { source, transformer, mask, modules = [] }: ModelConfigs,
  tokenizer: Tokenizer,
): void {
  const token = transformer.query_expansion?.token ?? undefined;
  const tasks = [mask.skiplist_tasks ?? []].flat();
  const problems = [
    !modules.some(({ kind }) => kind === "Normalize") &&
      `${modulesFile} has no Normalize, and only unit rows are compared`,
    tasks.includes("query") && "MultiVectorMask skips tokens of queries, which is not supported",
    mask.keep_only_token_ids != null &&
      "MultiVectorMask keeps only some tokens, which is not supported",
    token !== undefined &&
      tokenizer.tokenId(token) !== tokenizer.maskTokenId &&
      `queries are expanded with ${token}, and only the mask token is supported`,
  ];
  for (const problem of problems) if (problem !== false) throw invalidModel(source, problem);
}

/** Defaults of PyLate's ColBERT class: 32 and 180 tokens, query expansion without attention. */
function pylateRules(configs: ModelConfigs, tokenizer: Tokenizer): TextRules {
  const { pylate } = configs;
  const prompts = pylate.prompts ?? {};
  const queryTokens = pylate.query_length ?? 32;
  const expands = pylate.do_query_expansion ?? true;
  return rules(configs, {
    queryTokens,
    queryPrefix: marked(pylate.query_prefix, prompts["query"]),
    expandToTokens: expands ? queryTokens : null,
    attendToExpansion: pylate.attend_to_expansion_tokens ?? false,
    passageTokens: pylate.document_length ?? 180,
    passagePrefix: marked(pylate.document_prefix, prompts["document"]),
    skipTokenIds: skippedWords(pylate.skiplist_words ?? punctuation, tokenizer),
  });
}

type Text = string | null | undefined;

/** The marker, then the prompt, which may begin with the marker already. */
function marked(marker: Text, prompt: Text): string {
  const [first, then] = [marker ?? "", prompt ?? ""];
  return then.startsWith(first) ? then : first + then;
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

/** Ids of the words that are tokens of the vocabulary; the others cannot be skipped. */
function skippedWords(words: readonly string[], tokenizer: Tokenizer): number[] {
  const ids = words.flatMap((word) => tokenizer.tokenId(word) ?? []);
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
