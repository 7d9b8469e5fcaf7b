// Creates a model folder from a checkpoint in a common layout: detect, copy, run once, rename.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { probeGraph } from "./graph-probe.js";
import type { ProbedGraph, ProbedOutput } from "./graph-probe.js";
import {
  lateConventions,
  pairConventions,
  positionLimitOf,
  readModelConfigs,
} from "./model-conventions.js";
import type { LateConventions, ModelConfigs, ModelFamily } from "./model-conventions.js";
import { describeFile, openModelFolder } from "./model-folder.js";
import type { OpenedModel } from "./model-folder.js";
import { invalidModel, manifestFileName, tokenizerFileName } from "./model-manifest.js";
import type { ModelKind } from "./model-manifest.js";
import type { TitlePlaces } from "./passages.js";
import { proveModel } from "./prove-model.js";
import { createTokenizer } from "./tokenizer.js";
import type { Tokenizer } from "./tokenizer.js";

export interface AddModelOptions {
  /** Folder with the graph, tokenizer.json and the configuration files of the model family. */
  readonly source: string;
  readonly modelsFolder: string;
  /** Name of the new folder, which must not exist. */
  readonly name: string;
  /** Detected when absent. */
  readonly kind?: ModelKind | undefined;
  /** Path of the graph within `source`; detected when absent. */
  readonly graphFile?: string | undefined;
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

export interface AddedModel extends OpenedModel {
  /** Absent for a cross-encoder. */
  readonly family: ModelFamily | undefined;
}

/**
 * Atomic: the folder is built beside the others, the model is run once, then the folder is renamed.
 * Throws MODEL_INVALID naming what is missing or wrong.
 */
export async function addModel(options: AddModelOptions): Promise<AddedModel> {
  const { source, modelsFolder, name } = options;
  const target = join(modelsFolder, name);
  if (existsSync(target)) throw invalidModel(target, "already exists; remove it first");
  const graph = findGraph(source, options.graphFile);
  const staging = join(modelsFolder, `.adding-${name}`);
  // Left by a call that was killed.
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  try {
    const files = copyFiles(source, graph, staging);
    const { manifest, family } = await describeModel(options, { staging, graph: basename(graph) });
    const listed: Record<string, unknown> = {};
    for (const file of files) listed[file] = await describeFile(join(staging, file));
    writeFileSync(
      join(staging, manifestFileName),
      `${JSON.stringify({ ...manifest, files: listed }, null, 2)}\n`,
    );
    await proveModel(await openModelFolder(staging));
    renameSync(staging, target);
    return { ...(await openModelFolder(target)), family };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Usual paths of exports, in order of preference: full precision before quantized. */
const usualGraphs = ["model.onnx", "onnx/model.onnx"];

function findGraph(source: string, asked: string | undefined): string {
  if (asked !== undefined) {
    if (existsSync(join(source, asked))) return join(source, asked);
    throw invalidModel(source, `${asked} does not exist`);
  }
  const usual = usualGraphs.find((file) => existsSync(join(source, file)));
  if (usual !== undefined) return join(source, usual);
  const found = ["", "onnx"].flatMap((folder) =>
    graphsIn(join(source, folder)).map((file) => join(folder, file)),
  );
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return join(source, only);
  const problem =
    found.length === 0
      ? "has no ONNX graph (model.onnx or onnx/model.onnx); export the checkpoint to ONNX first"
      : `has several ONNX graphs, ${found.join(", ")}; name one with --file`;
  throw invalidModel(source, problem);
}

function graphsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".onnx"))
    .sort();
}

/** Copies the graph, its external weights, the tokenizer and the license. */
function copyFiles(source: string, graph: string, staging: string): string[] {
  const name = basename(graph);
  const weights = readdirSync(dirname(graph)).filter(
    (file) => file !== name && (file.startsWith(`${name}_data`) || file.startsWith(`${name}.data`)),
  );
  const tokenizer = [source, dirname(graph)]
    .map((folder) => join(folder, tokenizerFileName))
    .find((path) => existsSync(path));
  if (tokenizer === undefined)
    throw invalidModel(
      source,
      `has no ${tokenizerFileName}; save the fast tokenizer beside the graph`,
    );
  const paths = [graph, ...weights.map((file) => join(dirname(graph), file)), tokenizer];
  for (const path of paths) cpSync(path, join(staging, basename(path)), { dereference: true });
  for (const file of ["LICENSE", "LICENSE.txt", "LICENSE.md"])
    if (existsSync(join(source, file))) cpSync(join(source, file), join(staging, file));
  return paths.map((path) => basename(path));
}

interface Described {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly family: ModelFamily | undefined;
}

async function describeModel(
  options: AddModelOptions,
  { staging, graph: file }: { readonly staging: string; readonly graph: string },
): Promise<Described> {
  const { source, name, origin } = options;
  const tokenizer = createTokenizer(join(staging, tokenizerFileName));
  const configs = readModelConfigs(source);
  const graph = await probeGraph(staging, file, probeIds(tokenizer));
  const kind = options.kind ?? kindOf(configs, graph);
  const shared = {
    format: 1,
    name,
    kind,
    source: origin,
    license: options.license ?? licenseIn(source),
    positionLimit: positionLimitOf(configs),
  };
  const onnx = (output: ProbedOutput): object => ({
    onnx: { file, inputs: graph.inputs, output: output.name },
  });
  if (kind === "cross-encoder") {
    const output = logitOf(staging, file, graph);
    return {
      manifest: { ...shared, ...onnx(output), pair: pairConventions(configs) },
      family: undefined,
    };
  }
  const output = rowsOf(staging, file, graph);
  const conventions = lateConventions(configs, tokenizer);
  const dim = output.dims.at(-1) ?? 0;
  const { family, dim: declared } = conventions;
  if (declared !== undefined && declared !== dim)
    throw invalidModel(
      source,
      `${file} has vectors of dim ${dim}, but artifact.metadata declares ${declared}; export it with its linear layer`,
    );
  const texts = withOverrides(conventions, options.overrides);
  return {
    manifest: {
      ...shared,
      ...onnx(output),
      dim,
      rowsAreUnit: output.isUnit,
      rowsShareDirection: true,
      ...texts,
    },
    family,
  };
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

/** A text, and the vocabulary's last id, at which a graph with too few embeddings fails. */
function probeIds(tokenizer: Tokenizer): Int32Array {
  const text = tokenizer.encode("a river of words", { maxTokens: 16 });
  return Int32Array.of(...text, tokenizer.idMax);
}

function kindOf({ model }: ModelConfigs, { outputs }: ProbedGraph): ModelKind {
  const architectures = model.architectures ?? [];
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

function logitOf(folder: string, file: string, graph: ProbedGraph): ProbedOutput {
  const output = graph.outputs.find(({ dims }) => dims.every((size) => size === 1));
  if (output !== undefined) return output;
  throw invalidModel(
    folder,
    `${file} has no float32 output with one logit per pair: ${shapes(graph)}; multi-class classifiers cannot rerank`,
  );
}

function shapes({ outputs, others }: ProbedGraph): string {
  const floats = outputs.map(({ name, dims }) => `${name} [${dims.join(", ")}]`);
  return [...floats, ...others].join(", ");
}

/** The license in the model card's header. */
function licenseIn(source: string): string | undefined {
  const path = join(source, "README.md");
  if (!existsSync(path)) return undefined;
  const header = /^---\n(.*?)\n---/s.exec(readFileSync(path, "utf8"))?.[1] ?? "";
  return /^license:\s*["']?([\w.-]+)/m.exec(header)?.[1];
}

function withoutUndefined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
