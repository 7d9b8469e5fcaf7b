// How often is measured, and percentiles of what was.

/** Searches before those that are counted, for each of them: code is compiled within some thousand. */
export const warmUpTimes = 3;

export interface Summary {
  readonly p50: number;
  readonly p99: number;
}

/** NaN without values. */
export function summary(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { p50: rounded(at(0.5)), p99: rounded(at(0.99)) };
}

/** Three decimals: microseconds where the unit is milliseconds. */
export function rounded(value: number): number {
  return Math.round(1000 * value) / 1000;
}
