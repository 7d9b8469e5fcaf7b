// What a user sends and gets back: a document with title, text, fields and perhaps its own vectors.

/** A typed field value. Times are milliseconds since 1970, UTC. */
export type FieldValue =
  | { readonly kind: "keyword"; readonly value: string }
  | { readonly kind: "keywords"; readonly value: readonly string[] }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "time"; readonly value: number };

export type Fields = ReadonlyMap<string, FieldValue>;

/** Element type of given token rows, all little-endian. int8 rows are re-normalised to unit length. */
export type VectorType = "float32" | "float16" | "int8";

/** Token rows as bytes: `bytes.length = rows * dim * size of type`. */
export interface GivenVectors {
  readonly type: VectorType;
  readonly dim: number;
  readonly bytes: Uint8Array;
  /** Fingerprint of the model that made them; undefined: not said, only dim is checked. */
  readonly modelFingerprint?: string | undefined;
}

export interface Document {
  /** Unique in its collection; compared and ordered as UTF-8 bytes. */
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly fields: Fields;
  /** When given, the document is one passage with these rows and no model is used. */
  readonly vectors?: GivenVectors | undefined;
}

/** A passage's place in its document's text, in UTF-16 code units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Compares two keys as UTF-8 bytes: the tie-break of every ranking. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // The one difference to the order of code units: surrogates stand for what comes after them all.
    return Number(isSurrogate(x)) - Number(isSurrogate(y)) || x - y;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
}
