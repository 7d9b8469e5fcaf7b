// Short names of models, and their repositories on the hub.

export interface KnownModel {
  readonly repository: string;
  /** Path of the graph; default: the usual places of exports. */
  readonly graphFile?: string;
  readonly about: string;
}

/**
 * Names are the last components of the repositories, as users write them. Prefixes, lengths,
 * expansion and skipped words are not here: they are read from the checkpoint's own files.
 */
export const knownModels: Readonly<Record<string, KnownModel>> = {
  "answerai-colbert-small-v1": {
    repository: "answerdotai/answerai-colbert-small-v1",
    about: "late interaction, 33 M parameters, dim 96, English, Apache-2.0",
  },
  "colbertv2.0": {
    repository: "colbert-ir/colbertv2.0",
    about: "late interaction, 110 M parameters, dim 128, English, MIT",
  },
  "GTE-ModernColBERT-v1": {
    repository: "lightonai/GTE-ModernColBERT-v1",
    about: "late interaction, 149 M parameters, dim 128, long texts, English, Apache-2.0",
  },
  LateOn: {
    repository: "lightonai/LateOn",
    about: "late interaction, 149 M parameters, dim 128, English, Apache-2.0",
  },
  mLateOn: {
    repository: "lightonai/mLateOn",
    about: "late interaction, 307 M parameters, dim 128, long texts, multilingual, Apache-2.0",
  },
  "mxbai-edge-colbert-v0-17m": {
    repository: "mixedbread-ai/mxbai-edge-colbert-v0-17m",
    about: "late interaction, 17 M parameters, dim 48, English, Apache-2.0",
  },
  "mxbai-edge-colbert-v0-32m": {
    repository: "mixedbread-ai/mxbai-edge-colbert-v0-32m",
    about: "late interaction, 32 M parameters, dim 64, English, Apache-2.0",
  },
  "ms-marco-MiniLM-L6-v2": {
    repository: "cross-encoder/ms-marco-MiniLM-L6-v2",
    graphFile: "onnx/model.onnx",
    about: "cross-encoder, 23 M parameters, English, Apache-2.0",
  },
  "bge-reranker-base": {
    repository: "BAAI/bge-reranker-base",
    graphFile: "onnx/model.onnx",
    about: "cross-encoder, 278 M parameters, English and Chinese, MIT",
  },
  "ettin-reranker-17m-v1": {
    repository: "cross-encoder/ettin-reranker-17m-v1",
    about: "cross-encoder, 17 M parameters, English, Apache-2.0",
  },
  "ettin-reranker-32m-v1": {
    repository: "cross-encoder/ettin-reranker-32m-v1",
    about: "cross-encoder, 32 M parameters, English, Apache-2.0",
  },
  "ettin-reranker-68m-v1": {
    repository: "cross-encoder/ettin-reranker-68m-v1",
    about: "cross-encoder, 68 M parameters, English, Apache-2.0",
  },
  "ettin-reranker-150m-v1": {
    repository: "cross-encoder/ettin-reranker-150m-v1",
    about: "cross-encoder, 150 M parameters, English, Apache-2.0",
  },
  "jina-reranker-v1-turbo-en": {
    repository: "jinaai/jina-reranker-v1-turbo-en",
    graphFile: "onnx/model.onnx",
    about: "cross-encoder, 38 M parameters, English, Apache-2.0",
  },
  "mxbai-rerank-xsmall-v1": {
    repository: "mixedbread-ai/mxbai-rerank-xsmall-v1",
    graphFile: "onnx/model.onnx",
    about: "cross-encoder, 71 M parameters, English, Apache-2.0",
  },
};

/** Matches a known name (case-insensitive) or `OWNER/NAME`; undefined for anything else. */
export function findKnownModel(name: string): KnownModel | undefined {
  if (/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(name)) return { repository: name, about: "" };
  const found = Object.entries(knownModels).find(
    ([known]) => known.toLowerCase() === name.toLowerCase(),
  );
  return found?.[1];
}
