// Creates a model folder from a checkpoint in a common layout: detect, copy, run once, rename.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readModelConfigs } from "./checkpoint-configs.js";
import type { ModelFamily } from "./checkpoint-configs.js";
import { copyFiles, findGraph, lowerCaseTexts } from "./checkpoint-files.js";
import { readModules } from "./checkpoint-modules.js";
import { describeModel, headFile } from "./describe-checkpoint.js";
import type { DescribeOptions } from "./describe-checkpoint.js";
import { probeGraph } from "./graph-probe.js";
import { describeFile, openModelFolder } from "./model-folder.js";
import type { OpenedModel } from "./model-folder.js";
import { invalidModel, manifestFileName, tokenizerFileName } from "./model-manifest.js";
import { proveModel } from "./prove-model.js";
import { writeTensorFile } from "./safetensors.js";
import { createTokenizer } from "./tokenizer.js";
import type { Tokenizer } from "./tokenizer.js";

export interface AddModelOptions extends DescribeOptions {
  readonly modelsFolder: string;
  /** Path of the graph within `source`; detected when absent. */
  readonly graphFile?: string | undefined;
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
  const modules = readModules(source);
  const backbone = modules?.[0]?.path ?? "";
  const graph = findGraph(source, { asked: options.graphFile, backbone });
  const staging = join(modelsFolder, `.adding-${name}`);
  // Left by a call that was killed.
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  try {
    const files = copyFiles(source, { graph, backbone }, staging);
    const configs = readModelConfigs(source, modules);
    const tokenizerPath = join(staging, tokenizerFileName);
    if (configs.transformer.do_lower_case === true) lowerCaseTexts(tokenizerPath);
    const tokenizer = createTokenizer(tokenizerPath);
    const file = basename(graph);
    const { manifest, family, head } = describeModel({
      options,
      tokenizer,
      staging,
      file,
      configs,
      graph: await probeGraph(staging, file, probeIds(tokenizer)),
    });
    if (head !== undefined) {
      writeTensorFile(join(staging, headFile), head.tensors);
      files.push(headFile);
    }
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

/** A text, and the vocabulary's last id, at which a graph with too few embeddings fails. */
function probeIds(tokenizer: Tokenizer): Int32Array {
  const text = tokenizer.encode("a river of words", { maxTokens: 16 });
  return Int32Array.of(...text, tokenizer.idMax);
}
