// The part of a long passage that answers a query best, by MaxSim of windows of its token vectors.

import { isRaised } from "../core/cancel-flag.js";
import { present } from "../core/assert.js";
import { asDamage } from "../core/errors.js";
import type { CodesReader } from "../index/segment-codes.js";
import { rowBytes } from "../kernels/kernels.js";
import type { Kernels, PackedCodes } from "../kernels/kernels.js";
import { passageTokensOf } from "./part-views.js";
import type { WindowsAnswer, WindowsTask } from "./score.protocol.js";

/** Windows start an eighth of their length apart, so the best is at most a sixteenth off. */
const stepsPerWindow = 8;

/** About `stepsPerWindow` times the cost of MaxSim of the passages that are longer than a window. */
export function findBestWindows(
  task: WindowsTask,
  kernels: Kernels,
  reader: CodesReader,
): WindowsAnswer | undefined {
  const { parts, partOf, ordinals, query, bits, windowTokens } = task;
  const starts = new Uint32Array(ordinals.length);
  const tokenCounts = new Uint32Array(ordinals.length);
  const tokenBytes = rowBytes(query.dim, bits);
  for (const [i, ordinal] of ordinals.entries()) {
    if (isRaised(task.cancel)) return undefined;
    const part = present(parts[partOf[i] ?? 0], "a passage is in one of the parts");
    try {
      const { bytes, first, end } = passageTokensOf(part, ordinal, { reader, tokenBytes });
      const codes = { bytes, dim: query.dim, bits };
      tokenCounts[i] = end - first;
      starts[i] = bestStart({ query, codes, first, end, windowTokens }, kernels);
    } catch (error) {
      asDamage(error);
    }
  }
  return { starts, tokenCounts };
}

/** Counted from the passage's first token; the first of equally good windows. */
function bestStart(
  {
    query,
    codes,
    first,
    end,
    windowTokens,
  }: Pick<WindowsTask, "query" | "windowTokens"> & {
    readonly codes: PackedCodes;
    readonly first: number;
    readonly end: number;
  },
  kernels: Kernels,
): number {
  const lastStart = end - first - windowTokens;
  if (lastStart <= 0) return 0;
  const step = Math.max(1, Math.floor(windowTokens / stepsPerWindow));
  const count = 1 + Math.ceil(lastStart / step);
  const startOf = (window: number): number => Math.min(window * step, lastStart);
  // Windows overlap, so each has two offsets of its own: every second range is one.
  const offsets = new Uint32Array(2 * count);
  const windows = new Uint32Array(count);
  for (let window = 0; window < count; window += 1) {
    offsets[2 * window] = first + startOf(window);
    offsets[2 * window + 1] = first + startOf(window) + windowTokens;
    windows[window] = 2 * window;
  }
  const scores = new Float32Array(count);
  kernels.maxSimBatch(query, codes, offsets, windows, scores);
  return startOf(scores.indexOf(scores.reduce((best, score) => Math.max(best, score), -Infinity)));
}
