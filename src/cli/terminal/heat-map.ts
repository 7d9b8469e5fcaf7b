// How a passage matches a query, as lines: the match of each query token, and the text with
// highlighted matches.

import type { ExplainedPassage, TokenMatch } from "../../contract/explain.js";
import type { Paint, Style } from "./terminal.js";
import { cut } from "./text.js";

export interface HeatMapView {
  /** The document's text, if known. */
  readonly text: string | undefined;
  readonly columns: number;
  readonly style: Style;
  /** Without colors, matches are marked with brackets. */
  readonly hasColor: boolean;
}

export function explanationLines(explained: ExplainedPassage, view: HeatMapView): string[] {
  return [
    scoreLine(explained),
    "",
    ...explained.matches.map((match, i) => matchLine(match, i, view)),
    ...explained.terms.map(({ term, score, frequency }) => {
      return `  ${pad(cut(term, 20), 20)} BM25 ${score.toFixed(3)}, ${frequency} times`;
    }),
    ...(view.text === undefined ? [] : ["", ...heatLines(explained, view.text, view)]),
  ];
}

/** score = MaxSim / rows + weight * BM25 / best BM25. */
function scoreLine(explained: ExplainedPassage): string {
  const { score, parts, matches, bestBm25, lexicalWeight, passageNumber } = explained;
  const late = `MaxSim ${parts.maxsim.toFixed(3)} / ${matches.length} rows`;
  const words =
    parts.bm25 === undefined || bestBm25 === 0
      ? ""
      : ` + ${lexicalWeight} x BM25 ${parts.bm25.toFixed(3)} / ${bestBm25.toFixed(3)}, the best`;
  return `passage ${passageNumber}: ${score.toFixed(4)} = ${late}${words}`;
}

const barCells = 10;

function matchLine(match: TokenMatch, row: number, { style }: HeatMapView): string {
  const asked = match.queryToken === "" ? `row ${row}` : match.queryToken;
  const found = match.passageToken === "" ? `row ${match.passageRow}` : match.passageToken;
  const cells = Math.round(barCells * Math.min(1, Math.max(0, match.score)));
  const bar = "█".repeat(cells) + "░".repeat(barCells - cells);
  const place = match.passageSpan ?? match.titleSpan;
  const where =
    place === undefined
      ? ""
      : `${match.passageSpan === undefined ? "title" : "text"} ${place.start}-${place.end}`;
  const paint = paintOf(match.score, style);
  const shown = `${pad(cut(asked, 20), 20)} ${paint(bar)} ${match.score.toFixed(3)}`;
  return `  ${shown}  ${pad(cut(found, 20), 20)} ${style.dim(where)}`.trimEnd();
}

/**
 * Lower bounds of similarity per level, measured on the embedded model, where equal words are near
 * 1.
 */
const warm = { hot: 0.85, warm: 0.7, mild: 0.55 } as const;

function paintOf(score: number, style: Style): Paint {
  if (score >= warm.hot) return (text) => style.bold(style.red(text));
  if (score >= warm.warm) return style.yellow;
  if (score >= warm.mild) return style.green;
  return style.dim;
}

interface Piece {
  readonly text: string;
  /** Absent when no query token matched it. */
  readonly score: number | undefined;
}

function heatLines(explained: ExplainedPassage, text: string, view: HeatMapView): string[] {
  const { start, end } = explained.span;
  const span = end > start ? { start, end } : { start: 0, end: text.length };
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const piece of wordsOf(piecesOf(explained, text, span))) {
    const shown = shownPiece(piece, view);
    const length = Array.from(piece.text).length + (shown === piece.text ? 0 : 2);
    if (used > 0 && used + length > view.columns - 4) {
      lines.push(line);
      line = "";
      used = 0;
    }
    if (used === 0 && piece.text.trim() === "") continue;
    line += shown;
    used += length;
  }
  return [...lines, line].filter((one) => one !== "").map((one) => `  ${one.trimEnd()}`);
}

/** The passage split at the matches of query tokens, each with its best score. */
function piecesOf(
  { matches }: ExplainedPassage,
  text: string,
  { start, end }: { start: number; end: number },
): Piece[] {
  const scores = new Map<number, { end: number; score: number }>();
  for (const { passageSpan, score } of matches) {
    if (passageSpan === undefined) continue;
    const known = scores.get(passageSpan.start);
    if (known === undefined || known.score < score)
      scores.set(passageSpan.start, { end: passageSpan.end, score });
  }
  const pieces: Piece[] = [];
  let at = start;
  for (const [from, found] of [...scores].sort(([a], [b]) => a - b)) {
    if (from < at || found.end > end) continue;
    pieces.push({ text: text.slice(at, from), score: undefined });
    pieces.push({ text: text.slice(from, found.end), score: found.score });
    at = found.end;
  }
  return [...pieces, { text: text.slice(at, end), score: undefined }];
}

/** Text between matches, split into words so that lines can break there. */
function wordsOf(pieces: readonly Piece[]): Piece[] {
  return pieces.flatMap(({ text, score }) => {
    const plain = text.replaceAll(/[\p{C}\s]+/gu, " ");
    const words = score === undefined ? plain.split(/(?<= )/) : [plain];
    return words.filter((word) => word !== "").map((word) => ({ text: word, score }));
  });
}

function shownPiece({ text, score }: Piece, { style, hasColor }: HeatMapView): string {
  if (score === undefined) return text;
  if (hasColor) return paintOf(score, style)(text);
  return score >= warm.mild ? `[${text}]` : text;
}

function pad(text: string, length: number): string {
  return text + " ".repeat(Math.max(0, length - Array.from(text).length));
}
