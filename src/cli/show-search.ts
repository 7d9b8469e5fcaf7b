// Shows a search while it runs: redrawn in place on a terminal, otherwise line by line or as JSON.

import type { SearchUpdate } from "../contract/search-update.js";
import { searchUpdateFields } from "../contract/search-update.js";
import { toJson } from "../contract/to-json.js";
import type { CliContext } from "./context.js";
import { createRedrawnBlock } from "./terminal/redraw.js";
import { plainHitLines, rankingLines, statusLine, timingsLine } from "./terminal/ranking-view.js";
import type { RankingView } from "./terminal/ranking-view.js";
import { cut, formatCount } from "./terminal/text.js";

export interface ShowSearchOptions {
  readonly query: string;
  readonly json: boolean;
}

/** Shows each update as it arrives. Returns all updates; the last one is final. */
export async function showSearch(
  updates: AsyncIterable<SearchUpdate>,
  context: CliContext,
  options: ShowSearchOptions,
): Promise<SearchUpdate[]> {
  const show = chooseShow(context, options);
  const seen: SearchUpdate[] = [];
  for await (const update of updates) {
    show(update, seen.at(-1));
    seen.push(update);
  }
  return seen;
}

type Show = (update: SearchUpdate, previous: SearchUpdate | undefined) => void;

function chooseShow(context: CliContext, { query, json }: ShowSearchOptions): Show {
  const { out } = context;
  if (json) return (update) => context.printJson(toJson(searchUpdateFields, update));
  if (out.isInteractive) return showInPlace(context, query);
  context.print(query);
  return (update) => {
    context.print(`  update ${update.sequence}: ${statusLine(update)}`);
    for (const { reason, message } of update.degradations) {
      if (update.final) context.print(`  degraded: ${reason}: ${message}`);
    }
    if (!update.final) return;
    const view: RankingView = { query, columns: 120, hitsMax: 1000, style: out.style };
    context.print("");
    for (const line of plainHitLines(update, view)) context.print(line);
    if (update.hits.length === 0) context.print("  no hits");
    for (const line of [...countLines(update), ...contextLines(update)]) context.print(line);
    context.print("");
    context.print(`  ${timingsLine(update)}`);
  };
}

function showInPlace({ out }: CliContext, query: string): Show {
  const block = createRedrawnBlock(out);
  const history: string[] = [];
  return (update, previous) => {
    const { columns, rows } = out.size();
    // Header, footer, degradations and the prompt need rows too; a hit needs two.
    const hitsMax = Math.max(1, Math.floor((rows - 8 - update.degradations.length) / 2));
    const view: RankingView = { query, columns: columns - 1, hitsMax, style: out.style, previous };
    history.push(`${update.sequence} ${update.stage.replace("_", " ")}`);
    block.draw([
      ...rankingLines(update, view),
      "",
      out.style.dim(cut(`updates: ${history.join(" → ")}`, view.columns)),
      out.style.dim(cut(timingsLine(update), view.columns)),
    ]);
    // Printed below the ranking, since nothing is redrawn after the final update.
    if (update.final)
      out.write(
        [...countLines(update), ...contextLines(update)].map((line) => `${line}\n`).join(""),
      );
  };
}

/** The number of documents, and the values of each facet with theirs. Empty when none was asked for. */
function countLines({ documentCount, facets = [] }: SearchUpdate): string[] {
  const lines = documentCount === undefined ? [] : [`  ${formatCount(documentCount)} documents`];
  for (const { field, values, errorMax } of facets) {
    const listed = values.map(({ value, count }) => `${value} ${formatCount(count)}`).join(", ");
    const error = errorMax === 0 ? "" : ` (up to ${formatCount(errorMax)} too low)`;
    lines.push(`  ${field}: ${listed === "" ? "no values" : listed}${error}`);
  }
  return lines.length === 0 ? [] : ["", ...lines];
}

/** The assembled context: its passages with their sources. Empty without a context. */
function contextLines({ context }: SearchUpdate): string[] {
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
