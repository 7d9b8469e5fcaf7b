// Model folders for tests: the embedded model, copies that may be damaged, and tiny ones.

import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "../../src/core/paths.js";
import type { LateInteractionManifest } from "../../src/encoders/model-manifest.js";
import { loadModelManifest } from "../../src/encoders/model-manifest.js";
import type { TinyGraph } from "./tiny-onnx.js";
import { tinyOnnx } from "./tiny-onnx.js";

export const embeddedModelFolder = join(repositoryRoot(), "models/bge-small-en-v1.5-late");

export function embeddedManifest(): LateInteractionManifest {
  const manifest = loadModelManifest(embeddedModelFolder);
  if (manifest.kind !== "late-interaction") throw new Error("the embedded model gives rows");
  return manifest;
}

/**
 * Links the embedded model's files into `folder`; those in `copied` are copies that may be changed.
 */
export async function cloneEmbeddedModel(folder: string, copied: readonly string[]): Promise<void> {
  for (const file of await readdir(embeddedModelFolder)) {
    const from = join(embeddedModelFolder, file);
    if (copied.includes(file)) await copyFile(from, join(folder, file));
    else await symlink(from, join(folder, file));
  }
}

/** Rewrites `folder`/manifest.json. */
export async function editManifest(
  folder: string,
  edit: (manifest: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const path = join(folder, "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(edit(manifest)));
}

export const tinyGraph: TinyGraph = { output: "rows", outputName: "rows", dim: 16, extra: 0 };

/** A complete model folder with a tiny graph, the embedded tokenizer, and a manifest to edit. */
export async function writeTinyModel(
  folder: string,
  graph: TinyGraph = tinyGraph,
  edit: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "model.onnx"), tinyOnnx(graph));
  await copyFile(join(embeddedModelFolder, "tokenizer.json"), join(folder, "tokenizer.json"));
  const manifest = {
    format: 1,
    name: "tiny",
    kind: "late-interaction",
    files: {
      "model.onnx": await describeFile(join(folder, "model.onnx")),
      "tokenizer.json": await describeFile(join(folder, "tokenizer.json")),
    },
    onnx: {
      file: "model.onnx",
      inputs: ["input_ids", "attention_mask", "token_type_ids"],
      output: graph.outputName,
    },
    dim: graph.dim,
    query: { maxTokens: 32, prefix: "", expandToTokens: null },
    passage: { maxTokens: 64, prefix: "", overlapTokens: 16, skipTokenIds: [1012] },
    positionLimit: 128,
    rowsAreUnit: false,
    ...edit,
  };
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
}

/**
 * A cross-encoder whose logit is `extra` times the number of pairs of equal tokens in query and
 * text, including the final separators of both.
 */
export async function writeTinyCrossEncoder(
  folder: string,
  edit: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const graph: TinyGraph = { output: "overlap", outputName: "logits", dim: 1, extra: 0.25 };
  const pair = { maxTokens: 64, queryMaxTokens: 24, overlapTokens: 8 };
  await writeTinyModel(folder, graph, { kind: "cross-encoder", pair, name: "overlap", ...edit });
}

async function describeFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const bytes = await readFile(path);
  return { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}
