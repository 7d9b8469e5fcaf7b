// The configuration files of a checkpoint, as the libraries of its family write them.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { limits } from "../core/limits.js";
import { modulesFile, readJson, readModuleConfig } from "./checkpoint-modules.js";
import type { CheckpointModule } from "./checkpoint-modules.js";

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
  /** The transformer's part; Sentence Transformers 6 adds the conventions of MultiVectorEncoder. */
  "sentence_bert_config.json": z.looseObject({
    do_lower_case: z.boolean().nullish(),
    query_length: length.nullish(),
    document_length: length.nullish(),
    query_expansion: z
      .looseObject({
        strategy: z.enum(["fixed", "min"]),
        attend: z.boolean().default(false),
        token: text,
        length,
      })
      .nullish(),
  }),
  /** Sentence Transformers; PyLate adds its conventions. */
  "config_sentence_transformers.json": z.looseObject({
    model_type: text,
    prompts: z.record(z.string(), text).nullish(),
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
type Schemas = typeof schemas;

/** PyLate's conventions as its ONNX export writes them; its graph has the head inside. */
const exportFile = "onnx_config.json";

export const configFiles = [...Object.keys(schemas), exportFile, modulesFile];

const maskSchema = z.looseObject({
  skiplist_words: z.array(z.string()).nullish(),
  skiplist_tasks: z.union([z.string(), z.array(z.string())]).nullish(),
  keep_only_token_ids: z.array(z.int()).nullish(),
});

export interface ModelConfigs {
  readonly source: string;
  readonly model: z.infer<Schemas["config.json"]>;
  readonly tokenizer: z.infer<Schemas["tokenizer_config.json"]>;
  readonly transformer: z.infer<Schemas["sentence_bert_config.json"]>;
  readonly pylate: z.infer<Schemas["config_sentence_transformers.json"]>;
  readonly colbert: z.infer<Schemas["artifact.metadata"]> | undefined;
  /** Settings of MultiVectorMask. */
  readonly mask: z.infer<typeof maskSchema>;
  readonly modules: readonly CheckpointModule[] | undefined;
  /** Whether PyLate's export wrote the graph. */
  readonly isPylateExport: boolean;
}

/**
 * Reads the files that exist: those of the transformer in its own folder or in `source`, the others
 * in `source`.
 * Throws MODEL_INVALID for one that its family would not write.
 */
export function readModelConfigs(
  source: string,
  modules: readonly CheckpointModule[] | undefined,
): ModelConfigs {
  const backbone = modules?.[0]?.path ?? "";
  const read = <T>(file: string, schema: z.ZodType<T>): T | undefined =>
    existsSync(join(source, file)) ? readJson(source, file, schema) : undefined;
  const pylate = schemas["config_sentence_transformers.json"];
  const exported = read(exportFile, pylate);
  const mask = modules?.find(({ kind }) => kind === "MultiVectorMask");
  const inBackbone = (name: keyof Schemas): string => {
    const path = join(backbone, name);
    return existsSync(join(source, path)) ? path : name;
  };
  return {
    source,
    model: read(inBackbone("config.json"), schemas["config.json"]) ?? {},
    tokenizer: read(inBackbone("tokenizer_config.json"), schemas["tokenizer_config.json"]) ?? {},
    transformer:
      read(inBackbone("sentence_bert_config.json"), schemas["sentence_bert_config.json"]) ?? {},
    pylate: { ...read("config_sentence_transformers.json", pylate), ...exported },
    colbert: read("artifact.metadata", schemas["artifact.metadata"]),
    mask: mask === undefined ? {} : readModuleConfig(source, mask, maskSchema),
    modules,
    isPylateExport: exported !== undefined,
  };
}

/** Models whose position ids start after the padding token's id, as in RoBERTa. */
const offsetModels = ["roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet"];
/** Position limit when no file declares one. */
const positionLimitDefault = 512;

/** Longest input in tokens: the minimum of what the files declare. */
export function positionLimitOf(configs: ModelConfigs): number {
  const { model, tokenizer } = configs;
  const { max_position_embeddings: positions, model_type: type, pad_token_id: pad } = model;
  const offset = offsetModels.includes(type ?? "") ? (pad ?? 1) + 1 : 0;
  // Tokenizers without a limit declare 10^30. PyLate leaves in the tokenizer's file the length of
  // whatever it read last, a query or a document.
  const isOfModel = positions == null || familyOf(configs) !== "pylate";
  const declared = isOfModel ? (tokenizer.model_max_length ?? Infinity) : Infinity;
  const limit = Math.min(positions == null ? Infinity : positions - offset, declared);
  return limit > limits.passageRowsMax ? fallback(positions) : Math.floor(limit);
}

function fallback(positions: number | null | undefined): number {
  return positions == null ? positionLimitDefault : limits.passageRowsMax;
}

/** The family whose files define a model's conventions. */
export type ModelFamily = "colbert" | "pylate" | "multi-vector-encoder" | "plain";

/** By the type that the files name, else by the fields that only one family writes. */
export function familyOf({ pylate, colbert, model }: ModelConfigs): ModelFamily {
  const { model_type: type, query_length: queries, document_length: documents } = pylate;
  if (type === "MultiVectorEncoder") return "multi-vector-encoder";
  if (type === "ColBERT" || queries != null || documents != null) return "pylate";
  const isColbert = colbert !== undefined || model.architectures?.includes("HF_ColBERT") === true;
  return isColbert ? "colbert" : "plain";
}
