// The line of a hit's best passage that is most relevant to the query.

import type { SearchHit } from "../../contract/search-update.js";
import { cut } from "./text.js";

/** One line of at most `lengthMax` characters; empty when the hit has no text. */
export function snippetOf(
  hit: SearchHit,
  { query, lengthMax }: { readonly query: string; readonly lengthMax: number },
): string {
  const text = hit.payload?.text ?? "";
  const passage = hit.span.end > hit.span.start ? text.slice(hit.span.start, hit.span.end) : text;
  const words = new Set(wordsOf(query));
  let best = { line: "", found: -1 };
  for (const line of sentencesOf(passage)) {
    const found = new Set(wordsOf(line).filter((word) => words.has(word))).size;
    if (found > best.found) best = { line, found };
  }
  return cut(best.line, lengthMax);
}

function sentencesOf(passage: string): string[] {
  // A line break within a paragraph does not end a sentence.
  return passage
    .split(/\n\s*\n|(?<=[.!?])\s+/u)
    .map((sentence) => sentence.replaceAll(/\s+/g, " ").trim())
    .filter((sentence) => sentence !== "");
}

/** Words of at least three letters, without a plural s: sufficient to choose a line. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  return words.map((word) => word.replace(/s$/, ""));
}
