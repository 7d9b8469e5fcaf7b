// A context for a language model: the best passages within a budget of tokens, none of them twice.

import { characterStart } from "../core/character-start.js";
import { compareKeys } from "../core/document.js";
import type { Span } from "../core/document.js";
import type { ContextOrder } from "../contract/search-request.js";
import type { AssembledContext, ContextPassage } from "../contract/search-update.js";
import { lastSentenceEnd } from "../encoders/sentence-ends.js";

/** A passage that may go in. */
export interface ContextCandidate {
  readonly key: string;
  /** Place in the document's text. */
  readonly span: Span;
  readonly score: number;
}

export interface ContextSource {
  readonly title: string;
  readonly text: string;
}

export interface ContextOptions {
  readonly tokenBudget: number;
  readonly order: ContextOrder;
  /** Returns undefined when the document cannot be read; its passages are then left out. */
  readonly sourceOf: (key: string) => ContextSource | undefined;
  readonly countTokens: (texts: readonly string[]) => Promise<readonly number[]>;
}

/** A part of a document that is in: one passage, or several that overlap or follow each other. */
interface Block extends ContextPassage {
  readonly source: ContextSource;
}

/**
 * Takes candidates from the best down, each one that still fits. One that overlaps or follows what
 * is there of its document is merged with it, so that no character comes twice; what lies within it
 * is there already. When even the best is too long, its beginning is taken, up to a sentence's end
 * if there is one. Never over the budget. Counts each text once and each merged one again.
 */
export async function assembleContext(
  candidates: readonly ContextCandidate[],
  options: ContextOptions,
): Promise<AssembledContext> {
  const sorted = candidates.toSorted(
    (a, b) => b.score - a.score || compareKeys(a.key, b.key) || a.span.start - b.span.start,
  );
  let blocks: readonly Block[] = [];
  let left = options.tokenBudget;
  for (const candidate of sorted) {
    const source = options.sourceOf(candidate.key);
    if (source === undefined) continue;
    const touched = blocks.filter((block) => touches(block, candidate));
    if (touched.some(({ span }) => contains(span, candidate.span))) continue;
    const span = union([candidate.span, ...touched.map((block) => block.span)]);
    const score = Math.max(candidate.score, ...touched.map((block) => block.score));
    const block = await toBlock({ ...candidate, score, span }, source, options);
    const grown = block.tokenCount - sum(touched);
    const fitting = grown <= left ? block : undefined;
    const taken = fitting ?? (blocks.length === 0 ? await cutToFit(block, options) : undefined);
    if (taken === undefined) continue;
    blocks = [...blocks.filter((other) => !touched.includes(other)), taken];
    left = options.tokenBudget - sum(blocks);
  }
  const best = blocks.toSorted((a, b) => b.score - a.score || compareKeys(a.key, b.key));
  const passages = (options.order === "edges_first" ? edgesFirst(best) : best).map(
    ({ key, title, span, text, tokenCount, score }) => {
      return { key, title, span, text, tokenCount, score };
    },
  );
  return { passages, tokenCount: sum(blocks) };
}

async function toBlock(
  { key, span, score }: ContextCandidate,
  source: ContextSource,
  { countTokens }: ContextOptions,
): Promise<Block> {
  const text = source.text.slice(span.start, span.end);
  const [tokenCount = 0] = await countTokens([text]);
  return { key, title: source.title, span, text, tokenCount, score, source };
}

/** The longest prefix of a block that fits. Returns undefined when not even one character does. */
async function cutToFit(block: Block, options: ContextOptions): Promise<Block | undefined> {
  const { start } = block.span;
  const cutAt = (end: number): Promise<Block> =>
    toBlock({ ...block, span: { start, end } }, block.source, options);
  let fits: Block | undefined;
  // Halving: each try counts half of what is not decided yet.
  for (let low = start, high = block.span.end; high - low > 1;) {
    const end = characterStart(block.source.text, (low + high) >> 1);
    const tried = await cutAt(end);
    if (tried.tokenCount <= options.tokenBudget && end > start) {
      fits = tried;
      low = Math.max(low + 1, end);
    } else high = Math.min(high - 1, Math.max(end, low + 1));
  }
  if (fits === undefined) return undefined;
  const { end } = fits.span;
  const sentence = lastSentenceEnd(block.source.text, { start: (start + end) >> 1, end });
  if (sentence === undefined || sentence === end || sentence <= start) return fits;
  const whole = await cutAt(sentence);
  return whole.tokenCount <= options.tokenBudget ? whole : fits;
}

/** Of the same document, with nothing but white space between them. */
function touches({ key, span, source }: Block, candidate: ContextCandidate): boolean {
  if (key !== candidate.key) return false;
  const [first, second] =
    span.start <= candidate.span.start ? [span, candidate.span] : [candidate.span, span];
  return second.start <= first.end || source.text.slice(first.end, second.start).trim() === "";
}

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function union(spans: readonly Span[]): Span {
  return {
    start: Math.min(...spans.map(({ start }) => start)),
    end: Math.max(...spans.map(({ end }) => end)),
  };
}

function sum(blocks: readonly { readonly tokenCount: number }[]): number {
  return blocks.reduce((total, { tokenCount }) => total + tokenCount, 0);
}

/** First, third, fifth ... and back to the fourth and the second: the worst in the middle. */
function edgesFirst<T>(best: readonly T[]): T[] {
  const front = best.filter((_, i) => i % 2 === 0);
  const back = best.filter((_, i) => i % 2 === 1);
  return [...front, ...back.reverse()];
}
