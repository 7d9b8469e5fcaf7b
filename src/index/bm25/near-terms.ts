// Finds the terms that differ from a word by a few letters: wrong, lacking, too many, or two of
// them swapped.

export interface NearWord {
  readonly utf8: Uint8Array;
  /** Bytes at its start that are no letters: terms must have them, too. */
  readonly markLength: number;
  /** 1 or 2. */
  readonly distance: number;
}

/** Key of a cache for what is found for a word with so many edits. */
export function wordKey(utf8: Uint8Array, edits: number): string {
  return `${edits}${Buffer.from(utf8).toString("latin1")}`;
}

/** Terms in byte order: term i is the bytes [ends[i], ends[i + 1]) of the text. */
export interface SortedTerms {
  readonly text: Uint8Array;
  readonly ends: Uint32Array;
}

/**
 * The terms at some places grouped by the letters that they have, so that most terms are ruled out
 * a group at a time.
 */
export interface LetterGroups {
  /** Group g is the entries [starts[g], starts[g + 1]) of `places` and `letterSets`. */
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
  readonly letterSets: Int32Array;
}

/** A group is named by the set of letter classes that its terms have. */
const classCount = 12;
const groupCount = 1 << classCount;

/** Groups the terms at the places [start, end). O(bytes of the terms). */
export function groupByLetters(
  { text, ends }: SortedTerms,
  { start, end }: { readonly start: number; readonly end: number },
): LetterGroups {
  const sets = new Int32Array(end - start);
  const starts = new Uint32Array(groupCount + 1);
  for (let i = 0; i < sets.length; i += 1) {
    const set = letterSet(text, ends[start + i]!, ends[start + i + 1]!);
    sets[i] = set;
    starts[classesOf(set) + 1]! += 1;
  }
  for (let group = 0; group < groupCount; group += 1) starts[group + 1]! += starts[group]!;
  const places = new Uint32Array(sets.length);
  const letterSets = new Int32Array(sets.length);
  const next = starts.slice();
  for (let i = 0; i < sets.length; i += 1) {
    const group = classesOf(sets[i]!);
    const at = next[group]!;
    next[group] = at + 1;
    places[at] = start + i;
    letterSets[at] = sets[i]!;
  }
  return { starts, places, letterSets };
}

/**
 * Places of the grouped terms that are near the word and begin with its mark, ascending, without
 * the word itself. Some nanoseconds a group, and a term of the groups with much the same letters.
 */
export function placesNear(
  { text, ends }: SortedTerms,
  { starts, places, letterSets }: LetterGroups,
  word: NearWord,
): number[] {
  const isNear = createNearTest(word);
  const { utf8, distance } = word;
  const letters = letterSet(utf8, 0, utf8.length);
  const classes = classesOf(letters);
  const found: number[] = [];
  for (let group = 0; group < groupCount; group += 1) {
    if (!areNearSets(classes, group, distance)) continue;
    const end = starts[group + 1]!;
    for (let i = starts[group]!; i < end; i += 1) {
      if (!areNearSets(letters, letterSets[i]!, distance)) continue;
      const place = places[i]!;
      if (isNear(text, ends[place], ends[place + 1])) found.push(place);
    }
  }
  return found.sort((a, b) => a - b);
}

/**
 * False when words with these sets of letters, or of classes of letters, differ by more than
 * `distance` (1 or 2) edits: an edit adds one letter at most and removes one at most.
 */
function areNearSets(one: number, other: number, distance: number): boolean {
  let lacking = one & ~other;
  let added = other & ~one;
  lacking &= lacking - 1;
  added &= added - 1;
  if (distance === 2) {
    lacking &= lacking - 1;
    added &= added - 1;
  }
  return (lacking | added) === 0;
}

/** Every letter belongs to one class. */
function classesOf(set: number): number {
  return (set | (set >>> classCount) | (set >>> (2 * classCount))) & (groupCount - 1);
}

/** Unlike letters may be the same in it: it leaves out nothing that is near. */
function letterSet(text: Uint8Array, start: number, end: number): number {
  let set = 0;
  for (let at = start; at < end;) {
    let letter = text[at]!;
    at += 1;
    if (letter >= 0x80) {
      for (; at < end && (text[at]! & 0xc0) === 0x80; at += 1) letter = (letter << 8) | text[at]!;
      letter = Math.imul(letter, 0x9e3779b1) >>> 27;
    }
    set |= 1 << (letter & 31);
  }
  return set;
}

/**
 * True when the term [start, end) of `text` is near and not the word itself. The distance is that of
 * optimal string alignment: letters are replaced, removed or added, and neighbors swapped once.
 */
export function createNearTest(
  word: NearWord,
): (text: Uint8Array, start?: number, end?: number) => boolean {
  const { utf8, markLength, distance } = word;
  const wanted = lettersOf(utf8, markLength);
  const lengthMax = wanted.length + distance;
  /** Of the term that is looked at; one more than it may have. */
  const letters = new Int32Array(lengthMax + 1);
  let length = 0;

  /** True when the letters from `i` of the word and `j` of the term differ by `left` edits at most. */
  const isWithin = (i: number, j: number, left: number): boolean => {
    // Equal letters at the same end belong together in one of the shortest series of edits.
    while (i < wanted.length && j < length && wanted[i] === letters[j]) {
      i += 1;
      j += 1;
    }
    if (Math.abs(wanted.length - i - (length - j)) > left) return false;
    if (left === 0) return i === wanted.length;
    if (i === wanted.length || j === length) return true;
    const isSwap = wanted[i] === letters[j + 1] && wanted[i + 1] === letters[j];
    return (
      isWithin(i + 1, j + 1, left - 1) ||
      isWithin(i + 1, j, left - 1) ||
      isWithin(i, j + 1, left - 1) ||
      (isSwap && j + 1 < length && isWithin(i + 2, j + 2, left - 1))
    );
  };
  return (text, start = 0, end = text.length) => {
    for (let i = 0; i < markLength; i += 1) if (text[start + i] !== utf8[i]) return false;
    length = 0;
    for (let at = start + markLength; at < end; length += 1) {
      if (length > lengthMax) return false;
      let letter = text[at]!;
      at += 1;
      if (letter >= 0x80)
        for (; at < end && (text[at]! & 0xc0) === 0x80; at += 1) letter = (letter << 8) | text[at]!;
      letters[length] = letter;
    }
    return isWithin(0, 0, distance) && !isWithin(0, 0, 0);
  };
}

/** Code points of UTF-8 as the bytes that they are; of damaged bytes some numbers. */
function lettersOf(utf8: Uint8Array, from: number): Int32Array {
  const letters: number[] = [];
  for (const byte of utf8.subarray(from)) {
    if ((byte & 0xc0) !== 0x80 || letters.length === 0) letters.push(byte);
    else letters.push(((letters.pop() ?? 0) << 8) | byte);
  }
  return Int32Array.from(letters);
}
