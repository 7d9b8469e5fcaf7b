// Encodes text to token vectors with a late-interaction model, including tokenization, in one
// thread.

import { join } from "node:path";
import { limits } from "../core/limits.js";
import type { TokenMatrix } from "../core/token-matrix.js";
import { tokenMatrix } from "../core/token-matrix.js";
import type { OpenedModel } from "./model-folder.js";
import type { LateInteractionManifest } from "./model-manifest.js";
import { invalidModel, tokenizerFileName } from "./model-manifest.js";
import type { OnnxSession } from "./onnx-session.js";
import type { DocumentText, Passage } from "./passages.js";
import { passageTokensMin, splitPassages } from "./passages.js";
import { queryWindows } from "./query-windows.js";
import type { QueryIds } from "./query-windows.js";
import { openRowSession } from "./row-session.js";
import type { EncodeOptions, TextPrefix, TokenTrace, Tokenizer } from "./tokenizer.js";
import { createTokenizer } from "./tokenizer.js";

export interface QueryTokens {
  /**
   * One unit vector per token, including special tokens and, if the model adds them, mask tokens.
   */
  readonly rows: TokenMatrix;
  /** Tokens of the text as encoded, with special tokens and prefix, without mask tokens. */
  readonly tokenCount: number;
  /** Those of the text itself. */
  readonly textTokenCount: number;
  /** Whether the text has more tokens than were to be read. */
  readonly isCut: boolean;
}

/**
 * Not shared between threads: each worker creates its own. Returned arrays belong to the caller.
 */
export interface LateInteractionEncoder {
  readonly dim: number;
  readonly fingerprint: string;
  /**
   * Reads at most `tokenCountMax` tokens, special tokens included (default: limits.queryRowsMax),
   * in as many windows as the model's positions need.
   */
  encodeQuery(text: string, tokenCountMax?: number): Promise<QueryTokens>;
  /** Vectors of one passage (`title + " " + text` of one window), without those of punctuation. */
  encodePassage(text: string): Promise<TokenMatrix>;
  /** A document's passages, each short enough to be encoded without truncation. */
  splitPassages(document: DocumentText): Passage[];
  /** The tokens behind the vectors of `encodeQuery` and `encodePassage`, in the same order. */
  traceQuery(text: string, tokenCountMax?: number): TokenTrace[];
  tracePassage(text: string): TokenTrace[];
  /** Waits for runs in flight. A worker thread must not be terminated before it resolves. */
  close(): Promise<void>;
}

/**
 * Loads tokenizer and graph: about 160 ms and 80 MB for the embedded model (bench/encode).
 * `openModelFolder` has verified the hashes. Throws MODEL_INVALID.
 */
export async function createLateInteractionEncoder(
  model: OpenedModel,
): Promise<LateInteractionEncoder> {
  const { folder, manifest, fingerprint } = model;
  if (manifest.kind !== "late-interaction") {
    throw invalidModel(folder, `kind: a late-interaction model is needed, not a ${manifest.kind}`);
  }
  const text = createModelTokenizer(folder, manifest);
  const { dim } = manifest;
  const session = await openRowSession(folder, manifest);
  const skipIds = new Set(manifest.passage.skipTokenIds);
  return {
    dim,
    fingerprint,
    encodeQuery: (query, tokenCountMax = limits.queryRowsMax) =>
      encodeQuery(query, { text, session, manifest, tokenCountMax }),
    async encodePassage(passage) {
      const ids = text.passageIds(passage);
      const values = await session.run({ ids });
      return tokenMatrix(keepRows(values, dim, keptPositions(ids, skipIds)), dim);
    },
    splitPassages: (document) => text.splitPassages(document),
    traceQuery: (query, tokenCountMax) => text.traceQuery(query, tokenCountMax),
    tracePassage(passage) {
      const traced = text.tracePassage(passage);
      const ids = Int32Array.from(traced, (token) => token.id);
      const kept = new Set(keptPositions(ids, skipIds));
      return traced.filter((_, position) => kept.has(position));
    },
    close: () => session.close(),
  };
}

/** The model's tokenization without the graph, for splitting and counting. */
export interface ModelTokenizer {
  /** The first `tokenCountMax` ids of a query, and whether there are more. */
  readQuery(text: string, tokenCountMax: number): QueryIds & { readonly isCut: boolean };
  passageIds(text: string): Int32Array;
  /** Default of `tokenCountMax`: limits.queryRowsMax. */
  traceQuery(text: string, tokenCountMax?: number): TokenTrace[];
  tracePassage(text: string): TokenTrace[];
  splitPassages(document: DocumentText): Passage[];
  /** Tokens of a text, without special tokens. */
  countTokens(text: string): number;
  readonly tokenizer: Tokenizer;
}

/** Loads the tokenizer in `folder` (about 50 ms). Throws MODEL_INVALID. */
export function createModelTokenizer(
  folder: string,
  manifest: LateInteractionManifest,
): ModelTokenizer {
  const tokenizer = createTokenizer(join(folder, tokenizerFileName));
  const { query, passage } = manifest;
  if (query.expandToTokens !== null && tokenizer.maskTokenId === undefined) {
    throw invalidModel(folder, "query.expandToTokens: the vocabulary has no mask token");
  }
  const asQuery = {
    maxTokens: query.maxTokens,
    prefix: tokenizer.prefix(query.prefix),
  };
  const asPassage = {
    maxTokens: passage.maxTokens,
    prefix: tokenizer.prefix(passage.prefix),
  };
  const windows = {
    maxTokens: passage.maxTokens - prefixTokens(asPassage.prefix),
    overlapTokens: passage.overlapTokens,
    titles: passage.titles,
  };
  const prefixProblem =
    prefixTooLong(tokenizer, "query.prefix", asQuery, 1) ??
    prefixTooLong(tokenizer, "passage.prefix", asPassage, passageTokensMin);
  if (prefixProblem !== undefined) throw invalidModel(folder, prefixProblem);
  const { prefix } = asQuery;
  // At least one token of the text is read, however long the prefix.
  const queryTokensMin = tokenizer.specialCount + prefix.ids.length + 1;
  return {
    tokenizer,
    readQuery(text, tokenCountMax) {
      const maxTokens = Math.max(tokenCountMax, queryTokensMin);
      const ids = tokenizer.encode(text, { prefix, maxTokens });
      const before = tokenizer.leadingCount + prefix.ids.length;
      const after = tokenizer.specialCount - tokenizer.leadingCount;
      const read = ids.length - before - after;
      const isFull = ids.length === maxTokens;
      const isCut = isFull && tokenizer.countTokens(prefix.space + text, read) > read;
      return { ids, before, after, isCut };
    },
    passageIds: (text) => tokenizer.encode(text, asPassage),
    traceQuery(text, tokenCountMax = limits.queryRowsMax) {
      const maxTokens = Math.max(tokenCountMax, queryTokensMin);
      const traced = tokenizer.trace(text, { prefix, maxTokens });
      const expandTo = Math.min(query.expandToTokens ?? 0, tokenCountMax);
      const maskCount = Math.max(0, expandTo - traced.length);
      const mask = { id: tokenizer.maskTokenId ?? 0, token: "[MASK]", span: undefined };
      return [...traced, ...new Array<TokenTrace>(maskCount).fill(mask)];
    },
    tracePassage: (text) => tokenizer.trace(text, asPassage),
    splitPassages: (document) => splitPassages(document, tokenizer, windows),
    countTokens: (text) => tokenizer.countTokens(text),
  };
}

/**
 * An error message when prefix and special tokens leave fewer than `textTokensMin` tokens for a
 * text.
 */
function prefixTooLong(
  tokenizer: Tokenizer,
  field: string,
  { maxTokens, prefix }: Required<EncodeOptions>,
  textTokensMin: number,
): string | undefined {
  const left = maxTokens - tokenizer.specialCount - prefixTokens(prefix);
  if (left >= textTokensMin) return undefined;
  return `${field}: ${prefixTokens(prefix)} tokens leave no room for a text within ${maxTokens}`;
}

/** Most tokens that a prefix adds to a text: its white space may add one. */
function prefixTokens({ ids, space }: TextPrefix): number {
  return ids.length + (space === "" ? 0 : 1);
}

interface QueryEncoding {
  readonly text: ModelTokenizer;
  readonly session: OnnxSession;
  readonly manifest: LateInteractionManifest;
  readonly tokenCountMax: number;
}

async function encodeQuery(query: string, by: QueryEncoding): Promise<QueryTokens> {
  const { text, session, manifest, tokenCountMax } = by;
  const { dim, positionLimit, query: conventions } = manifest;
  const { isCut, ...whole } = text.readQuery(query, tokenCountMax);
  const tokenCount = whole.ids.length;
  const textTokenCount = tokenCount - whole.before - whole.after;
  const counts = { tokenCount, textTokenCount, isCut };
  const expandTo = Math.min(conventions.expandToTokens ?? 0, tokenCountMax);
  if (tokenCount < expandTo) {
    const ids = expand(whole.ids, expandTo, text.tokenizer.maskTokenId ?? 0);
    const attendedCount = conventions.attendToExpansion ? ids.length : tokenCount;
    const values = await session.run({ ids, attendedCount });
    return { rows: tokenMatrix(values, dim), ...counts };
  }
  const values = new Float32Array(tokenCount * dim);
  let filled = 0;
  for (const { ids, keptFrom, keptTo } of queryWindows(whole, positionLimit)) {
    const rows = (await session.run({ ids })).subarray(keptFrom * dim, keptTo * dim);
    values.set(rows, filled);
    filled += rows.length;
  }
  return { rows: tokenMatrix(values, dim), ...counts };
}

/** `ids`, padded to `tokenCount` with mask tokens. */
function expand(ids: Int32Array, tokenCount: number, maskTokenId: number): Int32Array {
  const expanded = new Int32Array(tokenCount).fill(maskTokenId);
  expanded.set(ids);
  return expanded;
}

/**
 * Positions of the vectors to keep: all but those of skipped tokens, or all if none would be left.
 */
function keptPositions(ids: Int32Array, skipIds: ReadonlySet<number>): number[] {
  const kept: number[] = [];
  ids.forEach((id, position) => {
    if (!skipIds.has(id)) kept.push(position);
  });
  return kept.length > 0 ? kept : Array.from(ids.keys());
}

function keepRows(values: Float32Array, dim: number, positions: readonly number[]): Float32Array {
  const kept = new Float32Array(positions.length * dim);
  positions.forEach((position, row) => {
    kept.set(values.subarray(position * dim, (position + 1) * dim), row * dim);
  });
  return kept;
}
