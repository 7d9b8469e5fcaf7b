// Text to token ids with a tokenizer.json, truncated, in linear time for any input.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { assert } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import type { Span } from "../core/document.js";
import type { LibraryTokenizer } from "./library-tokenizer.js";
import { createLibraryTokenizer } from "./library-tokenizer.js";
import type { AtomCounts, TextTokenizer } from "./text-tokenizer.js";
import { createAtomTokenizer, createWholeTokenizer } from "./text-tokenizer.js";

export interface EncodeOptions {
  /** Largest number of tokens, including special tokens and prefix. */
  readonly maxTokens: number;
  /** A marker or an instruction between the leading special tokens and the text. */
  readonly prefix?: TextPrefix;
}

/** What stands before a text. */
export interface TextPrefix {
  readonly ids: readonly number[];
  /**
   * White space at the end of the prefix, which is read as the beginning of the text: a vocabulary
   * that keeps white space joins it to the first word.
   */
  readonly space: string;
}

/** Origin of a token. */
export interface TokenTrace {
  readonly id: number;
  /** The token as the vocabulary spells it, including `##` and the like. */
  readonly token: string;
  /** Its range in the given text, UTF-16 units; absent for special tokens and prefixes. */
  readonly span: Span | undefined;
}

/** Two texts as one input of a cross-encoder. */
export interface EncodedPair {
  readonly ids: Int32Array;
  /** One per id: 1 in the second text when the template says so. */
  readonly typeIds: Int32Array;
}

/**
 * Text that looks like a special token (`[CLS]`, `[MASK]`, `</s>`) is plain text: only the template
 * adds special tokens. Any string is accepted; lone surrogates and NUL are dropped or become
 * unknown tokens, as the model's normalizer defines.
 */
export interface Tokenizer {
  /** Special tokens that `encode` adds around a text. */
  readonly specialCount: number;
  /** Those of them that stand before the text. */
  readonly leadingCount: number;
  /** The largest id of the vocabulary, including added tokens. */
  readonly idMax: number;
  /** The token that pads expanded queries; undefined when the vocabulary has none. */
  readonly maskTokenId: number | undefined;
  /**
   * Ids with special tokens, truncated to `maxTokens`; the trailing special token stays last. Reads
   * no more of the text than needed.
   */
  encode(text: string, options: EncodeOptions): Int32Array;
  /** The first ids of a text, without special tokens. Reads no more of the text than needed. */
  textIds(text: string, countMax: number): number[];
  /**
   * Special tokens that `encodePair` adds; undefined when the template is for single texts only.
   */
  readonly pairSpecialCount: number | undefined;
  /** The ids of two texts with the special tokens of a pair. */
  encodePair(first: readonly number[], second: readonly number[]): EncodedPair;
  /** Tokens of the text without special tokens; stops counting above `countMax`. */
  countTokens(text: string, countMax?: number): number;
  /** Token counts along the text, for splitting it into windows. O(text). */
  countAtoms(text: string, options: { readonly tokensPerAtomMax: number }): AtomCounts;
  /** The ids of `encode` with their origin, in the same order. */
  trace(text: string, options: EncodeOptions): TokenTrace[];
  /** The id of a token as the vocabulary spells it. */
  tokenId(token: string): number | undefined;
  /** A prefix, in which special tokens are recognized (`[unused0]`, `[Q] `, `query: `). */
  prefix(prefix: string): TextPrefix;
}

const tokenizerSchema = z.looseObject({
  model: z.looseObject({ type: z.string().optional() }),
  normalizer: z.looseObject({ type: z.string() }).nullish(),
  pre_tokenizer: z.looseObject({ type: z.string() }).nullish(),
  added_tokens: z
    .array(z.looseObject({ content: z.string(), id: z.int(), special: z.boolean().optional() }))
    .default([]),
});
type TokenizerFile = z.infer<typeof tokenizerSchema>;

const maskTokens = ["[MASK]", "<mask>"];

/** Loads a tokenizer.json (about 50 ms). Throws MODEL_INVALID naming the file. */
export function createTokenizer(path: string): Tokenizer {
  const file = readTokenizerFile(path);
  try {
    return wrapTokenizer(file);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError("MODEL_INVALID", `${basename(path)} cannot be used: ${message}`, {
      cause,
      place: path,
    });
  }
}

function readTokenizerFile(path: string): TokenizerFile {
  try {
    const file = tokenizerSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    // Truncation and padding are set here: the file's values come from some training run.
    return { ...file, truncation: null, padding: null };
  } catch (cause) {
    throw new SluiceError("MODEL_INVALID", `${basename(path)} is not a tokenizer.json`, {
      cause,
      place: path,
    });
  }
}

function wrapTokenizer(file: TokenizerFile): Tokenizer {
  const full = createLibraryTokenizer(file);
  const [leading, trailing] = template(full);
  const specialCount = leading.length + trailing.length;
  const pair = pairTemplate(full);
  const text = createTextTokenizer(file);
  const keepsSpace = text.count(" ", 1) > 0;
  const idsMax = ({ maxTokens, prefix = noPrefix }: EncodeOptions): number => {
    const count = maxTokens - specialCount - prefix.ids.length;
    assert(count >= 0, "maxTokens leaves room for specials and prefix");
    return count;
  };
  return {
    specialCount,
    leadingCount: leading.length,
    get idMax() {
      const added = file.added_tokens.map(({ id }) => id);
      const ids = [...(full.model?.tokens_to_ids.values() ?? []), ...added];
      return ids.reduce((largest, id) => Math.max(largest, id), 0);
    },
    maskTokenId: maskTokens.map((token) => full.token_to_id(token)).find((id) => id !== undefined),
    encode(input, options) {
      const { prefix = noPrefix } = options;
      const ids = text.ids(prefix.space + input, idsMax(options));
      return Int32Array.from([...leading, ...prefix.ids, ...ids, ...trailing]);
    },
    textIds: (input, countMax) => text.ids(input, countMax),
    pairSpecialCount: pair?.reduce((count, { ids }) => count + ids.length, 0),
    encodePair(first, second) {
      assert(pair !== undefined, "a tokenizer of pairs has a template for them");
      const [leading, between, trailing] = pair;
      const parts = [
        ...[leading, { ids: first, typeId: leading.textTypeId }, between],
        ...[{ ids: second, typeId: between.textTypeId }, trailing],
      ];
      return {
        ids: Int32Array.from(parts.flatMap(({ ids }) => ids)),
        typeIds: Int32Array.from(parts.flatMap(({ ids, typeId }) => ids.map(() => typeId))),
      };
    },
    countTokens: (input, countMax = Infinity) => text.count(input, countMax),
    countAtoms: (input, options) => text.countAtoms(input, options.tokensPerAtomMax),
    trace(input, options) {
      const { prefix = noPrefix } = options;
      const bare = (id: number): TokenTrace => traceOf(full, id, undefined);
      const traced = text.trace(prefix.space + input, idsMax(options));
      const before = prefix.space.length;
      return [
        ...[...leading, ...prefix.ids].map(bare),
        ...traced.map(({ id, span }) => traceOf(full, id, span && shifted(span, before))),
        ...trailing.map(bare),
      ];
    },
    tokenId: (token) => full.token_to_id(token),
    prefix(prefix) {
      const { ids, space } = readPrefix(full, prefix);
      return { ids, space: keepsSpace ? space : "" };
    },
  };
}

function traceOf(full: LibraryTokenizer, id: number, span: Span | undefined): TokenTrace {
  return { id, token: full.id_to_token(id) ?? "", span };
}

/** The ids that the template adds before and after a text. */
function template(full: LibraryTokenizer): [leading: number[], trailing: number[]] {
  const bare = full.encode("a", { add_special_tokens: false }).ids;
  const whole = full.encode("a").ids;
  const offset = whole.findIndex((_, i) => bare.every((id, k) => whole[i + k] === id));
  if (bare.length === 0 || offset < 0) throw new Error("its template does not hold the text");
  return [whole.slice(0, offset), whole.slice(offset + bare.length)];
}

/** Special tokens at one position of a pair's template. */
interface PairPart {
  readonly ids: readonly number[];
  readonly typeId: number;
  /** Type id of the text that follows. */
  readonly textTypeId: number;
}

/** Special tokens before, between and after the two texts; undefined without a pair template. */
function pairTemplate(full: LibraryTokenizer): [PairPart, PairPart, PairPart] | undefined {
  const [first, second] = ["a", "b"].map((text) => {
    return full.encode(text, { add_special_tokens: false }).ids;
  });
  const whole = full.encode("a", { text_pair: "b", return_token_type_ids: true });
  const { ids } = whole;
  const typeIds: readonly number[] = whole.token_type_ids ?? ids.map(() => 0);
  if (first === undefined || second === undefined) return undefined;
  const placeOf = (text: readonly number[], from: number): number =>
    ids.findIndex((_, i) => i >= from && text.every((id, k) => ids[i + k] === id));
  const firstAt = placeOf(first, 0);
  const secondAt = firstAt < 0 ? -1 : placeOf(second, firstAt + first.length);
  if (secondAt < 0) return undefined;
  const part = (start: number, end: number): PairPart => ({
    ids: ids.slice(start, end),
    typeId: typeIds[start] ?? 0,
    textTypeId: typeIds[end] ?? 0,
  });
  return [
    part(0, firstAt),
    part(firstAt + first.length, secondAt),
    part(secondAt + second.length, ids.length),
  ];
}

const noPrefix: TextPrefix = { ids: [], space: "" };

/** The part of a range that lies behind the first `before` units, from there on. */
function shifted({ start, end }: Span, before: number): Span {
  return { start: Math.max(0, start - before), end: Math.max(0, end - before) };
}

function readPrefix(full: LibraryTokenizer, prefix: string): TextPrefix {
  // A marker such as `[unused0]` is in the vocabulary without being an added token.
  const id = full.token_to_id(prefix);
  if (id !== undefined) return { ids: [id], space: "" };
  const text = prefix.trimEnd();
  const marker = full.token_to_id(text);
  const ids = marker === undefined ? encodeBare(full, text) : [marker];
  return { ids, space: prefix.slice(text.length) };
}

/** Ids without those of the template; special tokens in the text are recognized. */
function encodeBare(full: LibraryTokenizer, text: string): readonly number[] {
  return text === "" ? [] : full.encode(text, { add_special_tokens: false }).ids;
}

function createTextTokenizer(file: TokenizerFile): TextTokenizer {
  const added = file.added_tokens.filter((token) => token.special !== true);
  const plain = createLibraryTokenizer({ ...file, added_tokens: added });
  const isBert =
    file.model.type === "WordPiece" &&
    file.normalizer?.type === "BertNormalizer" &&
    file.pre_tokenizer?.type === "BertPreTokenizer" &&
    file.normalizer["handle_chinese_chars"] === true &&
    file.normalizer["clean_text"] === true &&
    added.length === 0;
  return isBert ? createAtomTokenizer(plain) : createWholeTokenizer(plain);
}
