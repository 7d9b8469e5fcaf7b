// Pairs of one length through a cross-encoder's graph in batches of several sizes: the possible
// gain of batching, and the minimum time of the runtime.

import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";

import type { OpenedModel } from "../../src/encoders/model-folder.js";
import { summary } from "../scale/summary.js";

export interface PairFigure {
  readonly batch: number;
  readonly msPerPair: number;
}

/**
 * Median milliseconds per pair on one thread. The batch sizes alternate, so that drift favors none.
 */
export async function measurePairs(
  { folder, manifest }: OpenedModel,
  options: {
    readonly tokens: number;
    readonly batches: readonly number[];
    readonly rounds: number;
  },
): Promise<PairFigure[]> {
  const session = await InferenceSession.create(join(folder, manifest.onnx.file), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const times = new Map(options.batches.map((batch) => [batch, [] as number[]]));
  for (let round = -1; round < options.rounds; round += 1) {
    for (const [batch, list] of times) {
      const feeds = feedsOf(batch, options.tokens, manifest.onnx.inputs);
      const startMs = performance.now();
      await session.run(feeds);
      // The first round warms up.
      if (round >= 0) list.push((performance.now() - startMs) / batch);
    }
  }
  await session.release();
  return Array.from(times, ([batch, list]) => ({ batch, msPerPair: summary(list).p50 }));
}

function feedsOf(batch: number, tokens: number, names: readonly string[]): Record<string, Tensor> {
  const count = batch * tokens;
  return Object.fromEntries(
    names.map((name) => {
      const values = BigInt64Array.from({ length: count }, (_, i) =>
        name === "input_ids"
          ? BigInt(2000 + ((i * 7919) % 20_000))
          : name === "attention_mask"
            ? 1n
            : 0n,
      );
      return [name, new Tensor("int64", values, [batch, tokens])];
    }),
  );
}
