// Scores a query and a text with a cross-encoder, including tokenization, in one thread.

import { join } from "node:path";
import { isRaised } from "../core/cancel-flag.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { WindowPooling } from "../contract/search-request.js";
import type { OpenedModel } from "./model-folder.js";
import { invalidModel, tokenizerFileName } from "./model-manifest.js";
import { loadModelHead } from "./model-head.js";
import type { CrossEncoderManifest, HeadPooling } from "./model-manifest.js";
import { checkFinite, openOnnxSession } from "./onnx-session.js";
import type { OnnxSession } from "./onnx-session.js";
import { createTokenizer } from "./tokenizer.js";

export interface PairOptions {
  readonly pooling: WindowPooling;
  /** See core/cancel-flag.ts; checked before each window. */
  readonly cancel: SharedArrayBuffer;
}

/** Not shared between threads: each worker creates its own. */
export interface CrossEncoder {
  /**
   * Relevance of `text` to `query` in [0, 1]: the logistic function of the model's logit. A text
   * that exceeds one run is scored in windows; see `pairWindows`. Throws CANCELLED, and INTERNAL
   * when the model fails or its logit is not finite.
   */
  relevance(query: string, text: string, options: PairOptions): Promise<number>;
  /** Waits for runs in flight. A worker thread must not be terminated before it resolves. */
  close(): Promise<void>;
}

/** Loads tokenizer and graph. `openModelFolder` has verified the hashes. Throws MODEL_INVALID. */
export async function createCrossEncoder(model: OpenedModel): Promise<CrossEncoder> {
  const { folder, manifest } = model;
  if (manifest.kind !== "cross-encoder")
    throw invalidModel(folder, `kind: a cross-encoder is needed, not a ${manifest.kind} model`);
  const tokenizer = createTokenizer(join(folder, tokenizerFileName));
  const { pairSpecialCount } = tokenizer;
  if (pairSpecialCount === undefined)
    throw invalidModel(folder, `${tokenizerFileName} has no template for pairs of texts`);
  const { maxTokens, queryMaxTokens, overlapTokens } = manifest.pair;
  const textTokensMax = maxTokens - pairSpecialCount;
  if (textTokensMax - queryMaxTokens < 1)
    throw invalidModel(folder, `pair.queryMaxTokens: ${queryMaxTokens} leaves no room for a text`);
  const session = await openLogitSession(folder, manifest);
  return {
    async relevance(query, text, { pooling, cancel }) {
      const queryIds = tokenizer.textIds(query, queryMaxTokens);
      const room = textTokensMax - queryIds.length;
      const size = { room, overlap: Math.min(overlapTokens, room >> 1) };
      const textIds = tokenizer.textIds(text, tokensRead(size));
      const relevances: number[] = [];
      for (const window of pairWindows(textIds, size)) {
        if (isRaised(cancel)) throw new SluiceError("CANCELLED", "the caller disconnected");
        const [logit = NaN] = await session.run(tokenizer.encodePair(queryIds, window));
        relevances.push(1 / (1 + Math.exp(-logit)));
      }
      return poolWindows(relevances, pooling);
    },
    close: () => session.close(),
  };
}

/** Like `openOnnxSession`; `run` gives one logit, from the graph or from the head behind it. */
async function openLogitSession(
  folder: string,
  manifest: CrossEncoderManifest,
): Promise<OnnxSession> {
  if (manifest.head === undefined) return openOnnxSession({ folder, manifest }, { kind: "logit" });
  const { pooling } = manifest.head;
  const head = loadModelHead(folder, manifest.head);
  const output = { kind: "token-rows", dim: head.inputs } as const;
  const session = await openOnnxSession({ folder, manifest }, output);
  return {
    async run(input) {
      const rows = await session.run(input);
      return checkFinite(head.apply(poolRows(rows, head.inputs, pooling)), manifest.name);
    },
    close: () => session.close(),
  };
}

/** One row of `dim` values from all of them. */
function poolRows(rows: Float32Array, dim: number, pooling: HeadPooling): Float32Array {
  if (pooling === "cls") return rows.subarray(0, dim);
  const rowCount = rows.length / dim;
  return Float32Array.from({ length: dim }, (_, i) => {
    let sum = 0;
    let largest = -Infinity;
    for (let at = i; at < rows.length; at += dim) {
      const value = rows[at] ?? 0;
      sum += value;
      largest = Math.max(largest, value);
    }
    return pooling === "mean" ? sum / rowCount : largest;
  });
}

interface WindowSize {
  /** Tokens per window. */
  readonly room: number;
  /** Tokens shared with the next window. */
  readonly overlap: number;
}

function tokensRead({ room, overlap }: WindowSize): number {
  return room + (limits.pairWindowsMax - 1) * (room - overlap);
}

/**
 * Windows of `room` tokens, each starting `room - overlap` tokens after the previous one; the last
 * one ends with the text. At most limits.pairWindowsMax; the rest of the text is not scored.
 */
export function* pairWindows(
  textIds: readonly number[],
  { room, overlap }: WindowSize,
): Generator<readonly number[], void, void> {
  for (let start = 0; ; start += room - overlap) {
    const isLast = start + room >= textIds.length;
    const from = isLast ? Math.max(0, textIds.length - room) : start;
    yield textIds.slice(from, from + room);
    if (isLast) return;
  }
}

/** Combines the relevances of a text's windows (at least one). */
export function poolWindows(relevances: readonly number[], pooling: WindowPooling): number {
  if (pooling === "best") return Math.max(...relevances);
  return relevances.reduce((sum, value) => sum + value, 0) / relevances.length;
}
