// The layers of a model behind its graph: dense layers and layer norms, in plain float arithmetic.

import { present } from "../core/assert.js";
import { multiplyRows, packWeights } from "./matrix-product.js";
import { invalidModel, layerSizes } from "./model-manifest.js";
import type { Activation, DenseLayer, ModelHeadManifest } from "./model-manifest.js";
import { openTensorFile } from "./safetensors.js";
import type { TensorFile } from "./safetensors.js";

/** The head of one model, with its weights in memory. */
export interface ModelHead {
  /** Values of a row of the graph's output. */
  readonly inputs: number;
  /**
   * `n x inputs` values to `n x outputs`, each row by itself. Sums are float64 in a fixed order, and
   * each layer's output is rounded to float32, so equal rows give equal bits.
   */
  apply(rows: Float32Array): Float32Array;
}

type Layer = (rows: Float32Array) => Float32Array;

/** Reads the weights. Throws MODEL_INVALID when a tensor is missing or of another shape. */
export function loadModelHead(folder: string, head: ModelHeadManifest): ModelHead {
  const file = openTensorFile(folder, head.file);
  const layers = head.layers.map((layer, i) => {
    const read = (name: string, shape: readonly number[]): Float32Array =>
      tensor(file, { folder, file: head.file, name: tensorName(i, name), shape });
    return layer.type === "dense" ? denseLayer(layer, read) : layerNorm(layer, read);
  });
  return {
    inputs: layerSizes(present(head.layers[0], "a head has layers"))[0],
    apply: (rows) => layers.reduce((values, layer) => layer(values), rows),
  };
}

/** Name of a layer's tensor in the head's file. */
export function tensorName(layer: number, name: string): string {
  return `${layer}.${name}`;
}

function tensor(
  source: TensorFile,
  asked: {
    readonly folder: string;
    readonly file: string;
    readonly name: string;
    readonly shape: readonly number[];
  },
): Float32Array {
  const { folder, file, name, shape } = asked;
  const found = source.read(name);
  if (found === undefined) throw invalidModel(folder, `${file} has no tensor ${name}`);
  if (found.shape.join() === shape.join()) return found.values;
  throw invalidModel(
    folder,
    `${file} has ${name} of shape [${found.shape.join(", ")}], not [${shape.join(", ")}]`,
  );
}

type ReadTensor = (name: string, shape: readonly number[]) => Float32Array;

/** `activation(W x + b)`, plus `x` or its projection when the layer has a residual connection. */
function denseLayer(layer: DenseLayer, read: ReadTensor): Layer {
  const { inputs, outputs, bias: hasBias, residual } = layer;
  const size = { inputs, outputs };
  const weights = packWeights(read("weight", [outputs, inputs]), size);
  const bias = hasBias ? read("bias", [outputs]) : undefined;
  const activate = activations[layer.activation];
  const projection =
    residual && inputs !== outputs
      ? packWeights(read("residual", [outputs, inputs]), size)
      : undefined;
  return (rows) => {
    const values = multiplyRows(rows, weights);
    for (let i = 0; i < values.length; i += 1)
      values[i] = activate((values[i] ?? 0) + (bias?.[i % outputs] ?? 0));
    if (!residual) return values;
    const added = projection === undefined ? rows : multiplyRows(rows, projection);
    return values.map((value, i) => value + (added[i] ?? 0));
  };
}

/** Ba, Kiros and Hinton, "Layer normalization", 2016; the variance is that of the whole row. */
function layerNorm(
  { size, epsilon }: { readonly size: number; readonly epsilon: number },
  read: ReadTensor,
): Layer {
  const weight = read("weight", [size]);
  const bias = read("bias", [size]);
  return (rows) => {
    const values = new Float32Array(rows.length);
    for (let start = 0; start < rows.length; start += size) {
      const row = rows.subarray(start, start + size);
      const mean = row.reduce((sum, value) => sum + value, 0) / size;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
      const scale = 1 / Math.sqrt(variance + epsilon);
      for (let i = 0; i < size; i += 1)
        values[start + i] = ((row[i] ?? 0) - mean) * scale * (weight[i] ?? 0) + (bias[i] ?? 0);
    }
    return values;
  };
}

const activations: Readonly<Record<Activation, (x: number) => number>> = {
  identity: (x) => x,
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
};

/**
 * The error function by its series with positive terms only (Abramowitz and Stegun, 7.1.6), to
 * float64 precision; beyond 6 it is 1 in float64.
 */
function erf(x: number): number {
  const size = Math.abs(x);
  if (!(size < 6)) return Math.sign(x);
  let term = size;
  let sum = term;
  for (let n = 1; term > sum * 1e-17; n += 1) {
    term *= (2 * size * size) / (2 * n + 1);
    sum += term;
  }
  return (Math.sign(x) * 2 * Math.exp(-size * size) * sum) / Math.sqrt(Math.PI);
}
