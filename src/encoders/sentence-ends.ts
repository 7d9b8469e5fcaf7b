// Where sentences end, by the Unicode rules, in a small part of a long text.

import type { Span } from "../core/document.js";

/** Text before and after the part that the rules may look at, UTF-16 units. */
const contextUnits = 128;
/** Only so much of a part's end is searched: a window of odd text may be a megabyte long. */
const searchedUnitsMax = 8192;

let segmenter: Intl.Segmenter | undefined;

/**
 * The last place in `part` (both ends included) at which a sentence has just ended and its trailing
 * white space too; a place after closing punctuation or a blank line is preferred to a mere line
 * end. Undefined when there is none. Costs the length of the part, at most 8 KiB.
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

/** Sentences in turn, trimmed, of at most the first 8 KiB; blank ones are left out. */
export function sentencesOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "sentence" });
  const sentences = Array.from(segmenter.segment(text.slice(0, searchedUnitsMax)), ({ segment }) =>
    segment.replaceAll(/\s+/gu, " ").trim(),
  );
  return sentences.filter((sentence) => sentence !== "");
}

/** Ends in closing punctuation (quotes and brackets may follow), or is a blank line. */
function isClosed(segment: string): boolean {
  if (/^\s*$/u.test(segment)) return true;
  return /[.!?…。！？]["'”’)\]]{0,3}\s{0,16}$/u.test(segment.slice(-40));
}
