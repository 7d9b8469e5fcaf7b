// Numbers that name things, each kind a type of its own, so that one kind is not taken for another.
//
// At run time they are plain numbers. Only the functions below make them: where a number is counted,
// decoded, or read from a typed array. Kernels, codec, scoring tasks and the loops of index/bm25 and
// index/columns work on typed arrays of one kind and take plain numbers; so do the network's types,
// in which a sequence is what the client sent.

declare const kind: unique symbol;

/** Number of a passage in its segment, from 0 by rising sequence. */
export type PassageOrdinal = number & { readonly [kind]: "passage ordinal" };

/** Place of a segment in a generation, from 0. */
export type SegmentOrdinal = number & { readonly [kind]: "segment ordinal" };

/** Number of a write in its collection, from 1; below 2^53. */
export type Sequence = number & { readonly [kind]: "sequence" };

export const toPassageOrdinal = (value: number): PassageOrdinal => value as PassageOrdinal;

/** For loops over the passages of a segment. */
export const nextOrdinal = (ordinal: PassageOrdinal): PassageOrdinal =>
  (ordinal + 1) as PassageOrdinal;

export const toSegmentOrdinal = (value: number): SegmentOrdinal => value as SegmentOrdinal;

export const toSequence = (value: number): Sequence => value as Sequence;
