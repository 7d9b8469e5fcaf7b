// The assembled context as lines: its passages with their sources.

import type { SearchUpdate } from "../../contract/search-update.js";

/** Empty without a context. */
export function contextLines({ context }: SearchUpdate): string[] {
  if (context === undefined) return [];
  const { passages, tokenCount } = context;
  const sources = passages.map(({ key, title, span }, i) => {
    const name = title === "" || title === key ? key : `${title} [${key}]`;
    return `  [${i + 1}] ${name}, characters ${span.start} to ${span.end}`;
  });
  return [
    "",
    `  context of ${tokenCount} tokens`,
    ...passages.flatMap(({ text }, i) => ["", `[${i + 1}] ${text.trim()}`]),
    "",
    "  sources",
    ...sources,
  ];
}
