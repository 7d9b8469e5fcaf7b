// Sentence boundaries by the Unicode rules, within a small part of a long text.

import type { Span } from "../core/document.js";

/** UTF-16 units before and after the part that the rules may inspect. */
const contextUnits = 128;
/**
 * UTF-16 units at the part's end that are searched, since a window without spaces may be a
 * megabyte.
 */
const searchedUnitsMax = 8192;

let segmenter: Intl.Segmenter | undefined;

/**
 * The last position in `part` (both ends included) that follows a sentence and its trailing white
 * space. Positions after closing punctuation or a blank line are preferred to line ends. Undefined
 * when there is none. O(part), at most 8 KiB.
 */
export function lastSentenceEnd(text: string, part: Span): number | undefined {
  segmenter ??= new Intl.Segmenter("en", { granularity: "sentence" });
  const start = Math.max(part.start, part.end - searchedUnitsMax);
  const from = Math.max(0, start - contextUnits);
  const to = Math.min(text.length, part.end + contextUnits);
  const slice = text.slice(from, to);
  let lineEnd: number | undefined;
  let closedEnd: number | undefined;
  for (const { index, segment } of segmenter.segment(slice)) {
    const end = from + index + segment.length;
    if (end > part.end || end >= to) break;
    if (end < start) continue;
    lineEnd = end;
    if (isClosed(segment)) closedEnd = end;
  }
  return closedEnd ?? lineEnd;
}

/** Trimmed, non-blank sentences of at most the first 8 KiB. */
export function sentencesOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "sentence" });
  const sentences = Array.from(segmenter.segment(text.slice(0, searchedUnitsMax)), ({ segment }) =>
    segment.replaceAll(/\s+/gu, " ").trim(),
  );
  return sentences.filter((sentence) => sentence !== "");
}

/** Whether it ends in closing punctuation (quotes and brackets may follow) or is a blank line. */
function isClosed(segment: string): boolean {
  if (/^\s*$/u.test(segment)) return true;
  return /[.!?…。！？]["'”’)\]]{0,3}\s{0,16}$/u.test(segment.slice(-40));
}
