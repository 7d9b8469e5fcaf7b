// A search update as lines of text. A pure function of update, size and style.

import type { SearchHit, SearchUpdate } from "../../contract/search-update.js";
import { snippetOf } from "./snippet.js";
import type { Style } from "./terminal.js";
import { cut, formatCount, formatMs } from "./text.js";

export interface RankingView {
  readonly query: string;
  readonly columns: number;
  /** Further hits are counted instead of shown. */
  readonly hitsMax: number;
  readonly style: Style;
  /** The previous update, to show which hits moved; absent for the first. */
  readonly previous?: SearchUpdate | undefined;
}

/** Status lines, then two lines per hit. No line is wider than `columns`. */
export function rankingLines(update: SearchUpdate, view: RankingView): string[] {
  const { style, columns } = view;
  const shown = update.hits.slice(0, view.hitsMax);
  const lines = [
    style.bold(cut(view.query, columns)),
    paintStatus(update, view),
    ...degradationLines(update, view),
    "",
    ...shown.flatMap((hit) => hitLines(hit, update, view)),
  ];
  const hidden = update.hits.length - shown.length;
  if (hidden > 0) lines.push(style.dim(cut(`   and ${formatCount(hidden)} more`, columns)));
  const nothing = update.abstained === true ? "   no hit reaches the threshold" : "   no hits";
  if (update.hits.length === 0) lines.push(style.dim(nothing));
  return lines;
}

/** `late interaction · 12.4 ms · EXACT · 2,958 of 2,958 passages scored · final`. */
export function statusLine(update: SearchUpdate): string {
  const parts = [stageNames[update.stage], formatMs(update.timings.total / 1000)];
  parts.push(certificateWords(update), coverageWords(update));
  if (update.final) parts.push("final");
  else if (update.settledCount > 0) parts.push(`first ${update.settledCount} settled`);
  return parts.join(" · ");
}

/** `encode 8.1 ms · lexical 0.4 ms · ...`; empty until a stage has ended. */
export function timingsLine({ timings }: Pick<SearchUpdate, "timings">): string {
  const stages: readonly (readonly [string, number | undefined])[] = [
    ["queue", timings.queue],
    ["encode", timings.encode],
    ["lexical", timings.lexical],
    ["candidates", timings.candidates],
    ["late interaction", timings.lateInteraction],
    ["cross-encoder", timings.crossEncoder],
  ];
  return stages
    .flatMap(([name, us]) => (us === undefined ? [] : [`${name} ${formatMs(us / 1000)}`]))
    .join(" · ");
}

/** The hits as plain lines, for logs: rank, score, name. */
export function plainHitLines(update: SearchUpdate, view: RankingView): string[] {
  return update.hits.slice(0, view.hitsMax).flatMap((hit) => hitLines(hit, update, view));
}

export const stageNames: Readonly<Record<SearchUpdate["stage"], string>> = {
  lexical: "lexical",
  candidates: "candidates",
  late_interaction: "late interaction",
  cross_encoder: "cross-encoder",
};

function certificateWords({ certificate, expectedRecall }: SearchUpdate): string {
  const name = certificate.toUpperCase();
  return expectedRecall === undefined ? name : `${name} (recall ${expectedRecall.toFixed(3)})`;
}

function coverageWords({ coverage, stage }: SearchUpdate): string {
  const eligible = formatCount(coverage.eligible);
  if (stage === "lexical") return `${eligible} passages by BM25`;
  if (stage === "candidates")
    return `${formatCount(coverage.sketchScored)} sketches of ${eligible}`;
  if (stage === "cross_encoder") return `${formatCount(coverage.reranked)} re-ranked`;
  return `${formatCount(coverage.maxSimScored)} of ${eligible} passages scored`;
}

function paintStatus(update: SearchUpdate, { style, columns }: RankingView): string {
  const line = cut(statusLine(update), columns);
  return update.final ? style.green(line) : style.cyan(line);
}

function degradationLines(update: SearchUpdate, { style, columns }: RankingView): string[] {
  return update.degradations.map(({ reason, message }) =>
    style.yellow(cut(`degraded: ${reason}: ${message}`, columns)),
  );
}

function hitLines(hit: SearchHit, update: SearchUpdate, view: RankingView): string[] {
  const { style, columns } = view;
  const name = nameOf(hit);
  const score = scoreOf(hit, update);
  // Rank, mark, name and score; fields only if they fit behind an untruncated name.
  const room = columns - 6 - 2 - score.length;
  const facts = factsOf(hit, room - Array.from(name).length - 2);
  const head = `${String(hit.rank).padStart(3)} ${markOf(hit, update, view)} `;
  const first = `${head}${style.bold(cut(name, Math.max(8, room)))}  ${score}`;
  const line = facts === "" ? first : `${first}  ${style.dim(facts)}`;
  const snippet = snippetOf(hit, { query: view.query, lengthMax: columns - 6 });
  return snippet === "" ? [line] : [line, `      ${paintHighlights(snippet, hit, style)}`];
}

/** `BM25 7.204`, `0.731`, or with a probability `0.731, 82 %`. */
function scoreOf(
  { score, parts: { probability } }: SearchHit,
  { scoreKind }: Pick<SearchUpdate, "scoreKind">,
): string {
  const percent = probability === undefined ? "" : `, ${Math.round(100 * probability)} %`;
  return `${scoreNames[scoreKind]}${score.toFixed(3)}${percent}`;
}

/** Before scores that are not on the scale of late interaction. */
const scoreNames: Readonly<Record<SearchUpdate["scoreKind"], string>> = {
  bm25: "BM25 ",
  fusion: "fusion ",
  relevance: "",
  reranked: "re-ranked ",
};

/** Dimmed, except for the words that matched the query. */
function paintHighlights(snippet: string, { payload }: SearchHit, style: Style): string {
  const words = (payload?.highlights ?? []).map(({ start, end }) =>
    (payload?.text ?? "").slice(start, end).replaceAll(/\s+/g, " "),
  );
  if (words.length === 0) return style.dim(snippet);
  // Longest first, so that a phrase matches before its words.
  const patterns = [...new Set(words)]
    .sort((a, b) => b.length - a.length)
    .map((word) => {
      const literal = word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
      // Scripts without spaces have no word boundaries to check.
      if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(word)) return literal;
      return `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
    });
  const found = new RegExp(`(${patterns.join("|")})`, "gu");
  return snippet
    .split(found)
    .map((piece, i) => (piece === "" ? "" : i % 2 === 1 ? style.bold(piece) : style.dim(piece)))
    .join("");
}

/** A tick for settled hits; an arrow for those that rose or fell since the last update. */
function markOf(hit: SearchHit, update: SearchUpdate, view: RankingView): string {
  const { style, previous } = view;
  if (hit.rank <= update.settledCount) return style.green("✓");
  const before = previous?.hits.find(({ key }) => key === hit.key)?.rank;
  if (previous === undefined || before === hit.rank) return " ";
  if (before === undefined) return style.yellow("+");
  return before > hit.rank ? style.green("↑") : style.red("↓");
}

/** The title, followed by the key if that adds information. */
function nameOf({ key, payload }: SearchHit): string {
  const title = payload?.title ?? "";
  if (title === "" || title === key) return key;
  return key.startsWith(title) ? key : `${title} [${key}]`;
}

/** Short keyword fields, as many as fit: `module fs, kind function`. */
function factsOf({ payload }: SearchHit, lengthMax: number): string {
  let facts = "";
  for (const [name, field] of payload?.fields ?? []) {
    if (field.kind !== "keyword" || field.value.length > 20) continue;
    const longer = `${facts}${facts === "" ? "" : ", "}${cut(`${name} ${field.value}`, 40)}`;
    if (longer.length > lengthMax) break;
    facts = longer;
  }
  return facts;
}
