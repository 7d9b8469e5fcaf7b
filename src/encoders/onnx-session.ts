// The only import of onnxruntime: one session, one unpadded text per run, one thread.

import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { assert } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import type { ModelManifest, OnnxInputName } from "./model-manifest.js";
import { invalidModel } from "./model-manifest.js";

/** Token ids of one text (or pair), with their attention and type. */
export interface SessionInput {
  readonly ids: Int32Array;
  /** Number of leading tokens to attend to; default all. */
  readonly attendedCount?: number;
  /** 1 for the tokens of a pair's second text; default all 0. */
  readonly typeIds?: Int32Array;
}

/** Expected shape of the model's output. */
export type SessionOutput =
  { readonly kind: "token-rows"; readonly dim: number } | { readonly kind: "logit" };

export interface OnnxSession {
  /**
   * The output for one text: `ids.length x dim` values in row-major order, or one logit. The array
   * belongs to the caller. Blocks its thread, so it must run in a worker. Throws INTERNAL when the
   * model fails or its output is not finite.
   */
  run(input: SessionInput): Promise<Float32Array>;
  /** Waits for runs in flight, then frees the session. Must resolve before its worker ends. */
  close(): Promise<void>;
}

/**
 * Opens the model's graph (about 140 ms and 80 MB for the embedded model). Throws MODEL_INVALID
 * when it cannot be read or its inputs and outputs differ from the manifest.
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
    // By path, because a session created from a buffer holds twice the model's size. One thread,
    // because more spin against each other. Severity 4, because the library also throws the errors
    // that it logs.
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
  return checkFinite(values, model);
}

/** The values; throws INTERNAL when one is NaN or infinite. */
export function checkFinite(values: Float32Array, model: string): Float32Array {
  if (isFinite32(values)) return values;
  throw new SluiceError("INTERNAL", `model ${model} gave NaN or infinity`);
}

function isFinite32(values: Float32Array): boolean {
  // A NaN or infinity makes the sum of (x - x) NaN, so one pass without branches is enough.
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
    return `onnx.output: ${outputName} is not float32`;
  // Symbolic dimensions are strings; a dimension that is unknown here is checked on every run.
  const width = found.shape.at(-1);
  const widthExpected = output.kind === "token-rows" ? output.dim : 1;
  if (typeof width === "number" && width !== widthExpected) {
    return `dim: ${outputName} has vectors of dim ${width}, not ${widthExpected}`;
  }
  return undefined;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
