// A query that is longer than the model's positions is read in windows: each with the special tokens
// and the prefix of a query, whose rows count once.

import { assert } from "../core/assert.js";

/** A query's ids: special tokens and prefix, its text, special tokens. */
export interface QueryIds {
  readonly ids: Int32Array;
  /** Ids before the text. */
  readonly before: number;
  /** Ids after the text. */
  readonly after: number;
}

/** One run of the model. */
export interface QueryWindow {
  readonly ids: Int32Array;
  /** Its rows that are rows of the query, from `keptFrom` to before `keptTo`. */
  readonly keptFrom: number;
  readonly keptTo: number;
}

/**
 * The fewest windows of at most `idCountMax` ids, about equally long. The rows that are kept of all
 * windows, one after another, are those of the query's ids.
 */
export function queryWindows({ ids, before, after }: QueryIds, idCountMax: number): QueryWindow[] {
  if (ids.length <= idCountMax) return [{ ids, keptFrom: 0, keptTo: ids.length }];
  const textEnd = ids.length - after;
  const textCount = textEnd - before;
  const room = idCountMax - before - after;
  assert(room > 0, "a query's prefix leaves room for its text");
  const windowCount = Math.ceil(textCount / room);
  return Array.from({ length: windowCount }, (_, i) => {
    const start = before + Math.floor((i * textCount) / windowCount);
    const end = before + Math.floor(((i + 1) * textCount) / windowCount);
    const isLast = i === windowCount - 1;
    const window = Int32Array.of(
      ...ids.subarray(0, before),
      ...ids.subarray(start, end),
      ...ids.subarray(textEnd),
    );
    return {
      ids: window,
      keptFrom: i === 0 ? 0 : before,
      keptTo: isLast ? window.length : window.length - after,
    };
  });
}
