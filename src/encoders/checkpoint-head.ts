// The layers that a checkpoint has outside its transformer: in modules of their own, or as the linear
// layer of ColBERT.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readModuleConfig } from "./checkpoint-modules.js";
import type { CheckpointModule } from "./checkpoint-modules.js";
import { tensorName } from "./model-head.js";
import { invalidModel, layerSizes } from "./model-manifest.js";
import type { Activation, HeadLayer, HeadPooling, ModelKind } from "./model-manifest.js";
import { openTensorFile } from "./safetensors.js";
import type { Tensor, TensorFile } from "./safetensors.js";

export interface CheckpointHead {
  readonly layers: readonly HeadLayer[];
  /** The weights under the names that model-head.ts reads. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Of a cross-encoder. */
  readonly pooling: HeadPooling | undefined;
  /** Where the layers were found, for messages. */
  readonly origin: string;
}

/** File of a checkpoint's or a module's weights. */
export const weightsFile = "model.safetensors";

/**
 * Reads the modules behind the transformer. Undefined when none of them computes anything. Throws
 * MODEL_INVALID when modules or their weights are missing, contradict each other or cannot be
 * computed.
 */
export function readModuleHead(
  source: string,
  modules: readonly CheckpointModule[],
  kind: ModelKind,
): CheckpointHead | undefined {
  const layers: HeadLayer[] = [];
  const paths: string[] = [];
  const tensors = new Map<string, Tensor>();
  let pooling: HeadPooling | undefined;
  let feature = "token_embeddings";
  for (const module of modules) {
    if (module.kind === "Pooling") {
      pooling = kind === "cross-encoder" ? readPooling(source, module) : undefined;
      feature = "sentence_embedding";
    }
    if (module.kind !== "Dense" && module.kind !== "LayerNorm") continue;
    if (kind === "cross-encoder" && pooling === undefined)
      throw invalidModel(source, `${module.path}: a cross-encoder's head has a Pooling before it`);
    const read = tensorReader(source, module);
    const found =
      module.kind === "Dense"
        ? readDense({ source, module, read }, feature)
        : readLayerNorm({ source, module, read }, feature);
    checkChain(source, [...layers, found.layer].slice(-2), [...paths, module.path].slice(-2));
    for (const [name, values] of found.tensors)
      tensors.set(tensorName(layers.length, name), values);
    layers.push(found.layer);
    paths.push(module.path);
    feature = found.feature;
  }
  return layers.length === 0 ? undefined : { layers, tensors, pooling, origin: paths.join(", ") };
}

/** Whether the second of two layers takes as many values as the first gives. */
function checkChain(
  source: string,
  [first, second]: readonly HeadLayer[],
  paths: readonly string[],
): void {
  if (first === undefined || second === undefined) return;
  const given = layerSizes(first)[1];
  const taken = layerSizes(second)[0];
  if (given !== taken)
    throw invalidModel(source, `${paths[1]} takes ${taken} values, but ${paths[0]} gives ${given}`);
}

/** ColBERT's linear layer in the checkpoint's own weights; undefined when they are not there. */
export function readColbertHead(source: string): CheckpointHead | undefined {
  if (!existsSync(join(source, weightsFile))) return undefined;
  const weight = openTensorFile(source, weightsFile).read("linear.weight");
  if (weight === undefined) return undefined;
  const [outputs, inputs] = matrixSize(source, `${weightsFile}: linear.weight`, weight);
  return {
    layers: [dense({ inputs, outputs }, "identity")],
    tensors: new Map([[tensorName(0, "weight"), weight]]),
    pooling: undefined,
    origin: weightsFile,
  };
}

interface FoundLayer {
  readonly layer: HeadLayer;
  readonly tensors: readonly (readonly [name: string, tensor: Tensor])[];
  /** Name of what the layer gives, in Sentence Transformers. */
  readonly feature: string;
}

interface ModuleFiles {
  readonly source: string;
  readonly module: CheckpointModule;
  readonly read: (name: string) => Tensor;
}

const denseSchema = z.looseObject({
  in_features: z.int().positive(),
  out_features: z.int().positive(),
  bias: z.boolean().default(true),
  activation_function: z.string().optional(),
  use_residual: z.boolean().default(false),
  module_input_name: z.string().nullish(),
  module_output_name: z.string().nullish(),
});

function readDense({ source, module, read }: ModuleFiles, feature: string): FoundLayer {
  const config = readModuleConfig(source, module, denseSchema);
  const { in_features: inputs, out_features: outputs, bias, use_residual: residual } = config;
  const input = config.module_input_name ?? feature;
  if (input !== feature)
    throw invalidModel(
      source,
      `${module.path} reads ${input}, but the modules before give ${feature}`,
    );
  const weight = read("linear.weight");
  const [rows, columns] = matrixSize(source, `${module.path}: linear.weight`, weight);
  if (rows !== outputs || columns !== inputs)
    throw invalidModel(
      source,
      `${module.path} has weights for ${columns} to ${rows} values, but its config.json says ${inputs} to ${outputs}`,
    );
  const activation = activationOf(source, module, config.activation_function);
  return {
    layer: { ...dense({ inputs, outputs }, activation), bias, residual },
    tensors: [
      ["weight", weight],
      ...(bias ? [["bias", read("linear.bias")] as const] : []),
      ...(residual && inputs !== outputs ? [["residual", read("residual.weight")] as const] : []),
    ],
    feature: config.module_output_name ?? input,
  };
}

function dense(
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
  activation: Activation,
): HeadLayer & { readonly type: "dense" } {
  return { type: "dense", inputs, outputs, bias: false, activation, residual: false };
}

/** PyTorch's LayerNorm adds this to the variance when nothing else is said. */
const epsilon = 1e-5;

function readLayerNorm({ source, module, read }: ModuleFiles, feature: string): FoundLayer {
  const schema = z.looseObject({ dimension: z.int().positive() });
  const { dimension: size } = readModuleConfig(source, module, schema);
  if (feature !== "sentence_embedding")
    throw invalidModel(
      source,
      `${module.path} needs pooled embeddings, and there is no Pooling before it`,
    );
  return {
    layer: { type: "layer-norm", size, epsilon },
    tensors: [
      ["weight", read("norm.weight")],
      ["bias", read("norm.bias")],
    ],
    feature,
  };
}

const activationsByClass: Readonly<Record<string, Activation>> = {
  Identity: "identity",
  ReLU: "relu",
  Tanh: "tanh",
  Sigmoid: "sigmoid",
  SiLU: "silu",
  GELU: "gelu",
};

/** Without one, Sentence Transformers takes Tanh and PyLate none. */
function activationOf(
  source: string,
  module: CheckpointModule,
  name: string | undefined,
): Activation {
  if (name === undefined) return module.isPylate ? "identity" : "tanh";
  const known = activationsByClass[name.slice(name.lastIndexOf(".") + 1)];
  if (known !== undefined && name.startsWith("torch.nn.")) return known;
  throw invalidModel(
    source,
    `${module.path} has the activation ${name}; known are ${Object.keys(activationsByClass).join(", ")} of torch.nn`,
  );
}

const poolingSchema = z.looseObject({
  pooling_mode: z.union([z.string(), z.array(z.string())]).optional(),
  pooling_mode_cls_token: z.boolean().optional(),
  pooling_mode_mean_tokens: z.boolean().optional(),
  pooling_mode_max_tokens: z.boolean().optional(),
});

/** By the mode's name, or by the flags of older versions. */
function readPooling(source: string, module: CheckpointModule): HeadPooling {
  const config = readModuleConfig(source, module, poolingSchema);
  const flags = {
    cls: config.pooling_mode_cls_token,
    mean: config.pooling_mode_mean_tokens,
    max: config.pooling_mode_max_tokens,
  };
  const named =
    config.pooling_mode ?? Object.entries(flags).flatMap(([mode, on]) => (on === true ? mode : []));
  const modes = typeof named === "string" ? [named] : named;
  const [only] = modes;
  if (modes.length === 1 && (only === "cls" || only === "mean" || only === "max")) return only;
  throw invalidModel(
    source,
    `${module.path} pools by ${modes.join(", ") || "nothing known"}; known are cls, mean and max`,
  );
}

function tensorReader(source: string, module: CheckpointModule): (name: string) => Tensor {
  const file = join(module.path, weightsFile);
  if (!existsSync(join(source, file)))
    throw invalidModel(
      source,
      `${file} is missing; save the checkpoint with its weights as safetensors`,
    );
  const weights: TensorFile = openTensorFile(source, file);
  return (name) => {
    const found = weights.read(name);
    if (found !== undefined) return found;
    throw invalidModel(source, `${file} has no tensor ${name}, only ${weights.names.join(", ")}`);
  };
}

function matrixSize(source: string, what: string, { shape }: Tensor): readonly [number, number] {
  const [rows, columns] = shape;
  if (shape.length === 2 && rows !== undefined && columns !== undefined) return [rows, columns];
  throw invalidModel(source, `${what} has the shape [${shape.join(", ")}], which is not a matrix`);
}
