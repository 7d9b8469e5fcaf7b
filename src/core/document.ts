// The document as users send and receive it: title, text, typed fields and optional token vectors.

/** A typed field value. Times are milliseconds since 1970 UTC. */
export type FieldValue = SingleValue | ListValue;

export type SingleValue =
  | { readonly kind: "keyword"; readonly value: string }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "time"; readonly value: number };

/** Several values of one kind. */
export type ListValue =
  | { readonly kind: "keywords"; readonly value: readonly string[] }
  | { readonly kind: "integers"; readonly value: readonly bigint[] }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "times"; readonly value: readonly number[] };

/** The values of a list, each by itself. */
export function singlesOf(list: ListValue): readonly SingleValue[] {
  switch (list.kind) {
    case "keywords":
      return list.value.map((value) => ({ kind: "keyword", value }));
    case "integers":
      return list.value.map((value) => ({ kind: "integer", value }));
    case "floats":
      return list.value.map((value) => ({ kind: "float", value }));
    case "times":
      return list.value.map((value) => ({ kind: "time", value }));
  }
}

/** Typed values by the names of their fields. */
export type Fields = ReadonlyMap<string, FieldValue>;

/**
 * Element type of precomputed token vectors, little-endian. int8 vectors are normalized to unit
 * length.
 */
export type VectorType = "float32" | "float16" | "int8";

/** Bytes of one value. */
export const vectorValueBytes: Readonly<Record<VectorType, number>> = {
  float32: 4,
  float16: 2,
  int8: 1,
};

/** A token matrix as bytes: `bytes.length = rowCount * dim * element size`. */
export interface PrecomputedVectors {
  readonly type: VectorType;
  readonly dim: number;
  readonly bytes: Uint8Array;
  /** Fingerprint of the model that produced them. When absent, only dim is checked. */
  readonly modelFingerprint?: string | undefined;
}

export interface Document {
  /** Unique within the collection; compared and ordered as UTF-8 bytes. */
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly fields: Fields;
  /** When present, the document is one passage with these vectors and is not encoded. */
  readonly vectors?: PrecomputedVectors | undefined;
}

/** A document to write, perhaps only over a certain version of it. */
export interface IngestDocument extends Document {
  /** The write is refused unless the stored document has this sequence; 0: unless it is absent. */
  readonly ifSequence?: number | undefined;
}

/** A change of a document's fields, which leaves its text as it is. */
export interface FieldUpdate {
  readonly key: string;
  /** Fields to add or to replace. */
  readonly set: Fields;
  /** Names of fields to remove; those that the document lacks are ignored. */
  readonly remove: readonly string[];
  /** The update is refused unless this is the document's sequence. */
  readonly ifSequence?: number | undefined;
}

/** Range of a passage in its document's text, in UTF-16 code units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Token vectors of one passage of a document. */
export interface PassageVectors {
  readonly span: Span;
  readonly vectors: PrecomputedVectors;
}

/** Compares two keys as UTF-8 bytes: the tie-break of every ranking. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // UTF-16 order differs only here: surrogates encode code points above all other code units.
    return Number(isSurrogate(x)) - Number(isSurrogate(y)) || x - y;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
}
