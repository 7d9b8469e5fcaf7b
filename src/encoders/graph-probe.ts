// Determines a graph's inputs and outputs by running it once.

import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { invalidModel } from "./model-manifest.js";

/** A float output for one text. */
export interface ProbedOutput {
  readonly name: string;
  /** Dimensions for a batch of one. */
  readonly dims: readonly number[];
  /** Whether each vector along the last axis has unit length. */
  readonly isUnit: boolean;
}

export interface ProbedGraph {
  readonly inputs: readonly string[];
  /** Only float32 outputs. */
  readonly outputs: readonly ProbedOutput[];
  /** Names and types of the other outputs, for error messages. */
  readonly others: readonly string[];
}

/** Runs the graph on `ids` with full attention. Throws MODEL_INVALID when it cannot be run. */
export async function probeGraph(
  folder: string,
  file: string,
  ids: Int32Array,
): Promise<ProbedGraph> {
  const options = {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  } as const;
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(join(folder, file), options);
  } catch (cause) {
    throw invalidModel(folder, `${file} cannot be loaded: ${messageOf(cause)}`, cause);
  }
  try {
    const inputs = [...session.inputNames];
    const results = await session.run(feedsOf(inputs, ids));
    const tensors = Object.entries(results);
    return {
      inputs,
      outputs: tensors.flatMap(([name, { data, dims }]) =>
        data instanceof Float32Array ? [{ name, dims, isUnit: isUnit(data, dims.at(-1)) }] : [],
      ),
      others: tensors.flatMap(([name, { data, type }]) =>
        data instanceof Float32Array ? [] : [`${name} (${type})`],
      ),
    };
  } catch (cause) {
    throw invalidModel(folder, `${file} cannot be run: ${messageOf(cause)}`, cause);
  } finally {
    await session.release();
  }
}

/** Unknown inputs are omitted; the run then reports that they are missing. */
function feedsOf(inputs: readonly string[], ids: Int32Array): Record<string, Tensor> {
  const values: Readonly<Record<string, readonly bigint[]>> = {
    input_ids: Array.from(ids, BigInt),
    attention_mask: Array.from(ids, () => 1n),
    token_type_ids: Array.from(ids, () => 0n),
  };
  const known = inputs.filter((name) => Object.hasOwn(values, name));
  return Object.fromEntries(
    known.map((name) => [
      name,
      new Tensor("int64", BigInt64Array.from(values[name] ?? []), [1, ids.length]),
    ]),
  );
}

function isUnit(values: Float32Array, width = 0): boolean {
  if (width === 0 || values.length === 0) return false;
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    // Graphs normalize in float32, so the tolerance is loose.
    if (!(Math.abs(norm - 1) < 1e-3)) return false;
  }
  return true;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
