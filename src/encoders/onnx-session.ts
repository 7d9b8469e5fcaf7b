// The only door to onnxruntime: one session, one text a run, unpadded, one thread.

import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { assert } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import type { ModelManifest, OnnxInputName } from "./model-manifest.js";
import { invalidModel } from "./model-manifest.js";

/** Token ids of one text (or pair), and what the model is told about them. */
export interface SessionInput {
  readonly ids: Int32Array;
  /** The first so many tokens are attended to; all when left out. */
  readonly attendedCount?: number;
  /** 1 for the tokens of a pair's second text; all 0 when left out. */
  readonly typeIds?: Int32Array;
}

/** What the model's output must look like, apart from its name. */
export type SessionOutput =
  { readonly kind: "token-rows"; readonly dim: number } | { readonly kind: "logit" };

export interface OnnxSession {
  /**
   * The output of one text: `ids.length x dim` values, row-major, or the one logit. The array is
   * the caller's. Blocks its thread while it computes, so production runs it in worker threads
   * only. Throws INTERNAL when the model fails or gives NaN or infinity.
   */
  run(input: SessionInput): Promise<Float32Array>;
  /** Waits for runs under way, then frees the session. A worker must not be ended before. */
  close(): Promise<void>;
}

/**
 * Opens the model's graph (about 140 ms and 80 MB for the embedded model). Throws MODEL_INVALID
 * when the graph cannot be read or its inputs and output are not those of the manifest.
 */
export async function openOnnxSession(
  model: { readonly folder: string; readonly manifest: ModelManifest },
  output: SessionOutput,
): Promise<OnnxSession> {
  const { folder, manifest } = model;
  const session = await createSession(folder, manifest.onnx.file);
  const problem = graphProblem(session, manifest, output);
  if (problem !== undefined) {
    await session.release();
    throw invalidModel(folder, `${manifest.onnx.file}: ${problem}`);
  }
  return wrapSession(session, manifest, output);
}

async function createSession(folder: string, file: string): Promise<InferenceSession> {
  try {
    // By path: a session made from a buffer keeps twice the model's size. One thread: more spin
    // against each other. Severity 4: the library prints its errors beside throwing them.
    return await InferenceSession.create(join(folder, file), {
      executionProviders: ["cpu"],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw invalidModel(folder, `${file} cannot be loaded: ${messageOf(cause)}`, cause);
  }
}

function wrapSession(
  session: InferenceSession,
  manifest: ModelManifest,
  output: SessionOutput,
): OnnxSession {
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  const runOnce = async (input: SessionInput): Promise<Float32Array> => {
    const feeds = toFeeds(input, manifest.onnx.inputs);
    let values: unknown;
    try {
      const outputs = await session.run(feeds, [manifest.onnx.output]);
      values = outputs[manifest.onnx.output]?.data;
    } catch (cause) {
      throw new SluiceError("INTERNAL", `model ${manifest.name} failed: ${messageOf(cause)}`, {
        cause,
      });
    }
    const valueCount = output.kind === "logit" ? 1 : input.ids.length * output.dim;
    return checkOutput(values, valueCount, manifest.name);
  };
  return {
    run(input) {
      assert(!isClosed, "an open session runs");
      assert(input.ids.length > 0, "a text has tokens");
      assert(input.ids.length <= manifest.positionLimit, "a text fits the model's positions");
      const run = last.then(() => runOnce(input));
      last = run.catch(() => undefined);
      return run;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await last;
      await session.release();
    },
  };
}

function toFeeds(input: SessionInput, names: readonly OnnxInputName[]): Record<string, Tensor> {
  const { ids, attendedCount = ids.length, typeIds } = input;
  const feeds: Record<string, Tensor> = {};
  for (const name of names) {
    const values = new BigInt64Array(ids.length);
    if (name === "input_ids") fill(values, ids);
    else if (name === "attention_mask") values.fill(1n, 0, attendedCount);
    else if (typeIds !== undefined) fill(values, typeIds);
    feeds[name] = new Tensor("int64", values, [1, ids.length]);
  }
  return feeds;
}

function fill(values: BigInt64Array, numbers: Int32Array): void {
  for (let i = 0; i < values.length; i += 1) values[i] = BigInt(numbers[i] ?? 0);
}

function checkOutput(values: unknown, valueCount: number, model: string): Float32Array {
  if (!(values instanceof Float32Array) || values.length !== valueCount) {
    const found = values instanceof Float32Array ? `${values.length} values` : typeof values;
    throw new SluiceError("INTERNAL", `model ${model} gave ${found}, not ${valueCount} floats`);
  }
  if (!isFinite32(values)) {
    throw new SluiceError("INTERNAL", `model ${model} gave NaN or infinity`);
  }
  return values;
}

function isFinite32(values: Float32Array): boolean {
  // A NaN or infinity anywhere makes the sum of (x - x) NaN; one pass without a branch a value.
  let sum = 0;
  for (const value of values) sum += value - value;
  return sum === 0;
}

function graphProblem(
  session: InferenceSession,
  manifest: ModelManifest,
  output: SessionOutput,
): string | undefined {
  const { inputs, output: outputName } = manifest.onnx;
  const missing = inputs.filter((name) => !session.inputNames.includes(name));
  if (missing.length > 0) return `onnx.inputs: the graph has no input ${missing.join(", ")}`;
  const unfed = session.inputNames.filter((name) => !inputs.some((input) => input === name));
  if (unfed.length > 0) return `onnx.inputs: the graph also needs ${unfed.join(", ")}`;
  const found = session.outputMetadata.find((metadata) => metadata.name === outputName);
  if (found === undefined) {
    const names = session.outputNames.join(", ");
    return `onnx.output: the graph has no output ${outputName}, only ${names}`;
  }
  if (!found.isTensor || found.type !== "float32")
    return `onnx.output: ${outputName} is no float32`;
  // Symbolic sizes come as names; an unknown one is checked on every run instead.
  const width = found.shape.at(-1);
  const widthExpected = output.kind === "token-rows" ? output.dim : 1;
  if (typeof width === "number" && width !== widthExpected) {
    return `dim: ${outputName} has rows of ${width}, not ${widthExpected}`;
  }
  return undefined;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
