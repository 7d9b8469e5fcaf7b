// What a checkpoint is: its kind, outputs, head and conventions, as a manifest.

import { assert } from "../core/assert.js";
import type { SluiceError } from "../core/errors.js";
import { familyOf, positionLimitOf } from "./checkpoint-configs.js";
import type { ModelConfigs, ModelFamily } from "./checkpoint-configs.js";
import { licenseIn } from "./checkpoint-files.js";
import { readColbertHead, readModuleHead, weightsFile } from "./checkpoint-head.js";
import type { CheckpointHead } from "./checkpoint-head.js";
import type { ProbedGraph, ProbedOutput } from "./graph-probe.js";
import { lateConventions, pairConventions } from "./model-conventions.js";
import type { LateConventions } from "./model-conventions.js";
import { invalidModel, layerSizes } from "./model-manifest.js";
import type { ModelKind } from "./model-manifest.js";
import type { TitlePlaces } from "./passages.js";
import type { Tokenizer } from "./tokenizer.js";

/** File of the head's weights in a model folder. */
export const headFile = "head.safetensors";

export interface DescribeOptions {
  /** Folder with the graph, tokenizer.json and the configuration files of the model family. */
  readonly source: string;
  /** Name of the new model's folder, which must not exist. */
  readonly name: string;
  /** Detected when absent. */
  readonly kind?: ModelKind | undefined;
  /** Origin of the checkpoint, for the manifest. */
  readonly origin: string;
  readonly license?: string | undefined;
  /** Replace values from the configuration files. */
  readonly overrides: ConventionOverrides;
}

export interface ConventionOverrides {
  readonly queryPrefix?: string | undefined;
  readonly passagePrefix?: string | undefined;
  readonly queryTokens?: number | undefined;
  readonly passageTokens?: number | undefined;
  readonly titles?: TitlePlaces | undefined;
  /** 0 disables query expansion. */
  readonly expandToTokens?: number | undefined;
}

/** A checkpoint, and what running its graph once has shown. */
export interface ProbedCheckpoint {
  readonly options: DescribeOptions;
  readonly configs: ModelConfigs;
  readonly tokenizer: Tokenizer;
  /** The folder that becomes the model's. */
  readonly staging: string;
  /** Name of the graph in it. */
  readonly file: string;
  readonly graph: ProbedGraph;
}

export interface Described {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly family: ModelFamily | undefined;
  /** Joined to the graph; undefined when there is none, or the graph contains it. */
  readonly head: CheckpointHead | undefined;
}

/** Throws MODEL_INVALID naming what is missing, contradictory or not supported. */
export function describeModel(checkpoint: ProbedCheckpoint): Described {
  const { options, configs, graph } = checkpoint;
  const kind = options.kind ?? kindOf(configs, graph);
  return kind === "cross-encoder" ? describePairs(checkpoint) : describeRows(checkpoint);
}

function describePairs(checkpoint: ProbedCheckpoint): Described {
  const { options, configs, staging, file, graph } = checkpoint;
  const { source } = options;
  const found = configs.modules && readModuleHead(source, configs.modules, "cross-encoder");
  const output = logitOf(graph);
  const head = output === undefined ? found : undefined;
  if (output === undefined && head === undefined) throw noLogit(staging, file, graph);
  const rows = head === undefined ? undefined : rowsOf(staging, file, graph);
  if (head !== undefined) checkWidth(source, head, { file, width: rows?.dims.at(-1) ?? 0 });
  const manifest = {
    ...sharedFields(checkpoint, "cross-encoder", head),
    onnx: { file, inputs: graph.inputs, output: (output ?? rows)?.name },
    pair: pairConventions(configs),
    ...(head !== undefined && {
      head: { file: headFile, layers: head.layers, pooling: head.pooling },
    }),
  };
  return { manifest, family: undefined, head };
}

function describeRows(checkpoint: ProbedCheckpoint): Described {
  const { options, configs, tokenizer, staging, file, graph } = checkpoint;
  const output = rowsOf(staging, file, graph);
  const conventions = lateConventions(configs, tokenizer);
  const width = output.dims.at(-1) ?? 0;
  const head = headBehind(checkpoint, { file, width });
  const dim = head === undefined ? width : sizesOf(head)[1];
  const { family, dim: declared } = conventions;
  if (declared !== undefined && declared !== dim)
    throw invalidModel(
      options.source,
      `${file} has vectors of dim ${dim}, but artifact.metadata declares ${declared}; put ${weightsFile} with linear.weight beside it, or export it with its linear layer`,
    );
  const manifest = {
    ...sharedFields(checkpoint, "late-interaction", head),
    onnx: { file, inputs: graph.inputs, output: output.name },
    dim,
    rowsAreUnit: head === undefined && output.isUnit,
    rowsShareDirection: true,
    ...(head !== undefined && { head: { file: headFile, layers: head.layers } }),
    ...withOverrides(conventions, options.overrides),
  };
  return { manifest, family, head };
}

function sharedFields(
  { options, configs }: ProbedCheckpoint,
  kind: ModelKind,
  head: CheckpointHead | undefined,
): object {
  const { name, origin, source } = options;
  return {
    format: head === undefined ? 1 : 2,
    name,
    kind,
    source: origin,
    license: options.license ?? licenseIn(source),
    positionLimit: positionLimitOf(configs),
  };
}

interface GraphRows {
  readonly file: string;
  /** Values of a row. */
  readonly width: number;
}

/**
 * The head that the graph lacks. A graph whose rows are as wide as the head's output has it inside;
 * where input and output are equally wide, only PyLate's export has it inside.
 */
function headBehind(
  { options, configs }: ProbedCheckpoint,
  rows: GraphRows,
): CheckpointHead | undefined {
  const { source } = options;
  const { modules, isPylateExport } = configs;
  const head =
    modules !== undefined
      ? readModuleHead(source, modules, "late-interaction")
      : familyOf(configs) === "colbert"
        ? readColbertHead(source)
        : undefined;
  if (head === undefined) return undefined;
  const [inputs, outputs] = sizesOf(head);
  if (rows.width === outputs && (inputs !== outputs || isPylateExport)) return undefined;
  checkWidth(source, head, rows);
  return head;
}

function checkWidth(source: string, head: CheckpointHead, { file, width }: GraphRows): void {
  const [inputs, outputs] = sizesOf(head);
  if (width !== inputs)
    throw invalidModel(
      source,
      `${file} has rows of ${width} values, but ${head.origin} makes ${outputs} of ${inputs}; export the transformer of this checkpoint`,
    );
}

function sizesOf({ layers }: CheckpointHead): readonly [inputs: number, outputs: number] {
  const [first, last] = [layers[0], layers.at(-1)];
  assert(first !== undefined && last !== undefined, "a head has layers");
  return [layerSizes(first)[0], layerSizes(last)[1]];
}

function withOverrides(
  { query, passage }: LateConventions,
  overrides: ConventionOverrides,
): { readonly query: object; readonly passage: object } {
  const { queryTokens, queryPrefix, expandToTokens, passageTokens, passagePrefix, titles } =
    overrides;
  return {
    query: {
      ...withoutUndefined(query),
      ...withoutUndefined({ maxTokens: queryTokens, prefix: queryPrefix }),
      ...(expandToTokens !== undefined && { expandToTokens: expandToTokens || null }),
    },
    passage: {
      ...passage,
      ...withoutUndefined({ maxTokens: passageTokens, prefix: passagePrefix, titles }),
    },
  };
}

function kindOf({ model, pylate }: ModelConfigs, { outputs }: ProbedGraph): ModelKind {
  const architectures = model.architectures ?? [];
  if (pylate.model_type === "CrossEncoder") return "cross-encoder";
  if (architectures.some((one) => one.endsWith("ForSequenceClassification")))
    return "cross-encoder";
  return outputs.every(({ dims }) => dims.length === 2) ? "cross-encoder" : "late-interaction";
}

/** Names of token vector outputs, the most specific first. */
const rowNames = ["token_embeddings", "contextual", "embeddings", "last_hidden_state", "output"];

function rowsOf(folder: string, file: string, graph: ProbedGraph): ProbedOutput {
  const found = graph.outputs.filter(({ dims }) => dims.length === 3);
  const named = rowNames.flatMap((name) => found.filter((output) => output.name === name));
  const output = named[0] ?? (found.length === 1 ? found[0] : undefined);
  if (output !== undefined) return output;
  throw invalidModel(
    folder,
    `${file} has no float32 output with one vector per token: ${shapes(graph)}`,
  );
}

function logitOf({ outputs }: ProbedGraph): ProbedOutput | undefined {
  return outputs.find(({ dims }) => dims.every((size) => size === 1));
}

function noLogit(folder: string, file: string, graph: ProbedGraph): SluiceError {
  return invalidModel(
    folder,
    `${file} has no float32 output with one logit per pair: ${shapes(graph)}; multi-class classifiers cannot rerank`,
  );
}

function shapes({ outputs, others }: ProbedGraph): string {
  const floats = outputs.map(({ name, dims }) => `${name} [${dims.join(", ")}]`);
  return [...floats, ...others].join(", ");
}

function withoutUndefined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
