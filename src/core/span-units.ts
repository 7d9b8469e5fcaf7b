// Places of a text in other units than UTF-16 code units, which everything inside counts in.

import type { Span } from "./document.js";

/** Units by how languages slice their strings. */
export const spanUnits = ["utf16", "code_points", "utf8"] as const;
export type SpanUnit = (typeof spanUnits)[number];

/**
 * `spans` are places in `text` in UTF-16 code units, between whole characters; the result has the same
 * places in `unit`. Reads the text once, as far as the last place: O(text + spans * log spans).
 */
export function spansInUnit(text: string, spans: readonly Span[], unit: SpanUnit): readonly Span[] {
  if (unit === "utf16" || spans.length === 0) return spans;
  const places = new Set(spans.flatMap(({ start, end }) => [start, end]));
  const converted = new Map<number, number>();
  let from = 0;
  let count = 0;
  for (const place of [...places].sort((a, b) => a - b)) {
    count += unit === "utf8" ? utf8Bytes(text, from, place) : codePoints(text, from, place);
    from = place;
    converted.set(place, count);
  }
  return spans.map(({ start, end }) => ({
    start: converted.get(start) ?? 0,
    end: converted.get(end) ?? 0,
  }));
}

function utf8Bytes(text: string, from: number, to: number): number {
  return Buffer.byteLength(text.slice(from, to));
}

/** The second unit of a surrogate pair is not counted. */
function codePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i += 1) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count += 1;
  return count;
}
