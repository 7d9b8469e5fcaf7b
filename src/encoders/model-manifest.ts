// manifest.json of a model folder: its files, and how text becomes token vectors or logits.

import { readFileSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { z } from "zod";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";

/** Present in every model folder; other files are named by the manifest. */
export const manifestFileName = "manifest.json";
export const tokenizerFileName = "tokenizer.json";

/** A model's name is the name of its folder, never a path. */
export const modelNamePattern = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$/;

/** Smallest input length of a model, in tokens: special tokens plus room for title and text. */
const maxTokensMin = 16;

const tokenCount = z.int().min(maxTokensMin).max(limits.passageRowsMax);
const tokenId = z.int().nonnegative();
// Plain file names only, so that a manifest cannot refer to files outside its folder.
const fileName = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/, "must be a plain file name");
const inputName = z.enum(["input_ids", "attention_mask", "token_type_ids"]);

/** Most inputs or outputs of a layer, and most layers of a head. */
const layerSizeMax = 16_384;
const headLayersMax = 16;

const layerSize = z.int().min(1).max(layerSizeMax);
/** Names of PyTorch's activations in lower case; GELU is the one with the error function. */
const activation = z.enum(["identity", "relu", "tanh", "sigmoid", "silu", "gelu"]);

/** Tensors `N.weight`, `N.bias` and `N.residual` of the head's file, N being the layer's place. */
const denseLayerSchema = z.object({
  type: z.literal("dense"),
  inputs: layerSize,
  outputs: layerSize,
  bias: z.boolean(),
  activation,
  /** Whether the input, projected if its size differs, is added to the activation's output. */
  residual: z.boolean().default(false),
});

const layerNormSchema = z.object({
  type: z.literal("layer-norm"),
  size: layerSize,
  epsilon: z.number().positive(),
});

/** Layers between the graph's output and the rows or the logit. */
const headSchema = z.object({
  /** A file of safetensors, float32. */
  file: fileName,
  layers: z
    .array(z.discriminatedUnion("type", [denseLayerSchema, layerNormSchema]))
    .min(1)
    .max(headLayersMax),
});

const shared = {
  /** 2 if there is a head, which programs that read only format 1 would leave out. */
  format: z.literal([1, 2]),
  name: z.string().min(1),
  license: z.string().optional(),
  languages: z.array(z.string()).optional(),
  source: z.string().optional(),
  files: z.record(
    fileName,
    z.object({
      sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits"),
      bytes: z.int().positive(),
    }),
  ),
  onnx: z.object({
    file: fileName,
    inputs: z.array(inputName).min(1),
    output: z.string().min(1),
  }),
  positionLimit: z.int().min(maxTokensMin),
};

const lateInteractionSchema = z.object({
  ...shared,
  kind: z.literal("late-interaction"),
  dim: z.int().min(limits.dimMin).max(limits.dimMax).multipleOf(16),
  query: z.object({
    /**
     * Length of the queries that the model was trained with. Longer ones are read too, up to
     * limits.queryRowsMax tokens.
     */
    maxTokens: tokenCount.max(limits.queryRowsMax),
    prefix: z.string(),
    /** Queries are padded with mask tokens to this length; null disables query expansion. */
    expandToTokens: z.int().positive().max(limits.queryRowsMax).nullable(),
    /** Whether the text's tokens attend to the mask tokens; in ColBERT they do not. */
    attendToExpansion: z.boolean().default(false),
  }),
  passage: z.object({
    maxTokens: tokenCount,
    prefix: z.string(),
    overlapTokens: z.int().nonnegative(),
    /** Which passages of a split document start with its title. */
    titles: z.enum(["every_passage", "first_passage", "none"]).default("every_passage"),
    /** Vectors of these tokens (punctuation) are dropped, unless none would be left. */
    skipTokenIds: z.array(tokenId),
  }),
  rowsAreUnit: z.boolean(),
  /** Applied to each row of the graph's output. */
  head: headSchema.optional(),
  /** Rows of different texts may resemble each other, so codes are relative to a centre of theirs. */
  rowsShareDirection: z.boolean().default(false),
});

const crossEncoderSchema = z.object({
  ...shared,
  kind: z.literal("cross-encoder"),
  pair: z.object({
    maxTokens: tokenCount,
    queryMaxTokens: z.int().positive(),
    overlapTokens: z.int().nonnegative(),
  }),
  /** Makes the logit from the graph's rows; without it the graph gives the logit. */
  head: headSchema
    .extend({
      /** The row that the layers read: the first token's, the mean of all, or their maxima. */
      pooling: z.enum(["cls", "mean", "max"]),
    })
    .optional(),
});

const manifestSchema = z.discriminatedUnion("kind", [lateInteractionSchema, crossEncoderSchema]);

/** A model that produces one unit vector per token. */
export type LateInteractionManifest = Readonly<z.infer<typeof lateInteractionSchema>>;
/** A model that produces one logit per (query, passage) pair. */
export type CrossEncoderManifest = Readonly<z.infer<typeof crossEncoderSchema>>;
export type ModelManifest = LateInteractionManifest | CrossEncoderManifest;
export type ModelKind = ModelManifest["kind"];
export type OnnxInputName = z.infer<typeof inputName>;
export type Activation = z.infer<typeof activation>;
export type DenseLayer = z.infer<typeof denseLayerSchema>;
export type ModelHeadManifest = Readonly<z.infer<typeof headSchema>>;
export type HeadLayer = ModelHeadManifest["layers"][number];
export type HeadPooling = NonNullable<CrossEncoderManifest["head"]>["pooling"];

/**
 * Reads and validates `folder`/manifest.json. Throws MODEL_INVALID naming folder, file and field.
 */
export function loadModelManifest(folder: string): ModelManifest {
  return readModelManifest(folder).manifest;
}

/** Like `loadModelManifest`, with the file's bytes, which are part of the fingerprint. */
export function readModelManifest(folder: string): { manifest: ModelManifest; bytes: Buffer } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(folder, manifestFileName));
  } catch (cause) {
    throw invalidModel(folder, `${manifestFileName} cannot be read`, cause);
  }
  return { manifest: parseManifest(folder, bytes), bytes };
}

/** A MODEL_INVALID error about `folder`. */
export function invalidModel(folder: string, problem: string, cause?: unknown): SluiceError {
  // Error messages of libraries contain absolute paths.
  const relative = problem.replaceAll(`${folder}${sep}`, "").replaceAll(folder, ".");
  const message = `model "${basename(folder)}": ${relative}`;
  return new SluiceError("MODEL_INVALID", message, { cause, place: folder });
}

function parseManifest(folder: string, bytes: Buffer): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw invalidModel(folder, `${manifestFileName} is not JSON`, cause);
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => {
      return `${issue.path.map(String).join(".") || "(top)"}: ${issue.message}`;
    });
    throw invalidModel(folder, `${manifestFileName}: ${issues.join("; ")}`);
  }
  const problem = inconsistency(parsed.data);
  if (problem !== undefined) throw invalidModel(folder, `${manifestFileName}: ${problem}`);
  return parsed.data;
}

/** A contradiction between fields, if there is one. */
function inconsistency(manifest: ModelManifest): string | undefined {
  const { head } = manifest;
  const needed = [
    manifest.onnx.file,
    tokenizerFileName,
    ...(head === undefined ? [] : [head.file]),
  ];
  for (const file of needed) {
    if (!(file in manifest.files)) return `files: ${file} is not listed`;
  }
  if (head !== undefined) {
    if (manifest.format === 1) return "format: a model with a head has format 2";
    const outputs = manifest.kind === "cross-encoder" ? 1 : manifest.dim;
    const problem = headProblem(head.layers, outputs);
    if (problem !== undefined) return problem;
  }
  if (!manifest.onnx.inputs.includes("input_ids")) return "onnx.inputs: input_ids is missing";
  const fields = manifest.kind === "cross-encoder" ? pairFields(manifest) : rowFields(manifest);
  for (const [field, value, max] of fields) {
    if (value > max) return `${field}: ${value} is above ${max}`;
  }
  return undefined;
}

/** Whether each layer takes what the layer before it gives, and the last one gives `outputs`. */
function headProblem(layers: readonly HeadLayer[], outputs: number): string | undefined {
  const sizes = layers.map(layerSizes);
  const ends = [...sizes.slice(1).map(([inputs]) => inputs), outputs];
  const wrong = sizes.findIndex(([, given], i) => given !== ends[i]);
  if (wrong < 0) return undefined;
  return `head.layers.${wrong}: it gives ${sizes[wrong]?.[1] ?? 0} values, not ${ends[wrong] ?? 0}`;
}

/** Values that a layer takes and gives. */
export function layerSizes(layer: HeadLayer): readonly [inputs: number, outputs: number] {
  return layer.type === "dense" ? [layer.inputs, layer.outputs] : [layer.size, layer.size];
}

type BoundedField = readonly [field: string, value: number, max: number];

function rowFields({ query, passage, positionLimit }: LateInteractionManifest): BoundedField[] {
  return [
    ["query.maxTokens", query.maxTokens, positionLimit],
    ["query.expandToTokens", query.expandToTokens ?? 0, positionLimit],
    ["passage.maxTokens", passage.maxTokens, positionLimit],
    // Larger overlaps would encode every token three or more times.
    ["passage.overlapTokens", passage.overlapTokens, Math.floor(passage.maxTokens / 2)],
  ];
}

function pairFields({ pair, positionLimit }: CrossEncoderManifest): BoundedField[] {
  return [
    ["pair.maxTokens", pair.maxTokens, positionLimit],
    ["pair.queryMaxTokens", pair.queryMaxTokens, pair.maxTokens - maxTokensMin / 2],
    ["pair.overlapTokens", pair.overlapTokens, Math.floor(pair.maxTokens / 2)],
  ];
}
