// Finds the terms that differ from a word by a few letters: wrong, lacking, too many, or two of
// them swapped.

export interface NearWord {
  readonly utf8: Uint8Array;
  /** Bytes at its start that are no letters: terms must have them, too. */
  readonly markLength: number;
  /** 1 or 2. */
  readonly distance: number;
}

/** Terms in byte order: term i is the bytes [ends[i], ends[i + 1]) of the text. */
export interface SortedTerms {
  readonly text: Uint8Array;
  readonly ends: Uint32Array;
}

/**
 * One set of letters a term, which rules most terms out without reading them. O(bytes of the
 * terms).
 */
export function letterSetsOf({ text, ends }: SortedTerms): Uint32Array {
  const sets = new Uint32Array(ends.length - 1);
  for (let place = 0; place < sets.length; place += 1)
    sets[place] = letterSet(text, ends[place]!, ends[place + 1]!);
  return sets;
}

/**
 * Places of terms in [start, end), which begin with the word's mark, without the word itself.
 * `letterSets`: see letterSetsOf. About a nanosecond a term, and more for those that are like it.
 */
export function placesNear(
  { text, ends, letterSets }: SortedTerms & { readonly letterSets: Uint32Array },
  { start, end }: { readonly start: number; readonly end: number },
  word: NearWord,
): number[] {
  const isNear = createNearTest(word);
  const { utf8, distance } = word;
  const letters = letterSet(utf8, 0, utf8.length);
  const found: number[] = [];
  for (let place = start; place < end; place += 1) {
    const others = letterSets[place]!;
    // Each edit brings one letter at most, and takes one away.
    if (hasMoreBits(letters & ~others, distance) || hasMoreBits(others & ~letters, distance))
      continue;
    if (isNear(text, ends[place], ends[place + 1])) found.push(place);
  }
  return found;
}

/** `distance` is 1 or 2. */
function hasMoreBits(bits: number, distance: number): boolean {
  let rest = bits & (bits - 1);
  if (distance === 2) rest &= rest - 1;
  return rest !== 0;
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

/** True when the term [start, end) of `text` is near and not the word itself. */
export function createNearTest(
  word: NearWord,
): (text: Uint8Array, start?: number, end?: number) => boolean {
  const { utf8, markLength, distance } = word;
  const matcher = createMatcher(word);
  // A letter has four bytes at most.
  const lengthMin = utf8.length - 4 * distance;
  const lengthMax = utf8.length + 4 * distance;
  return (text, start = 0, end = text.length) => {
    const length = end - start;
    if (length < lengthMin || length > lengthMax) return false;
    for (let i = 0; i < markLength; i += 1) if (text[start + i] !== utf8[i]) return false;
    return matcher.isNear(text, start + markLength, end);
  };
}

interface Matcher {
  /** True when the letters [start, end) of the text differ by so few, and by any. */
  isNear(text: Uint8Array, start: number, end: number): boolean;
}

/**
 * Rows of the distance table (Wagner and Fischer, with swaps of neighbors), one a letter of the
 * term; those of the letters that a term has in common with the one before are kept. Only entries
 * near the diagonal are computed; all others stay out of reach.
 */
function createMatcher({ utf8, markLength, distance }: NearWord): Matcher {
  const word = lettersOf(utf8, markLength);
  const depthMax = word.length + distance;
  const beyond = distance + 1;
  const width = word.length + 1;
  const table = new Uint8Array((depthMax + 1) * width).fill(beyond);
  for (let j = 0; j <= Math.min(word.length, distance); j += 1) table[j] = j;
  const letters = new Int32Array(depthMax);
  /** Letters whose rows are made. */
  let known = 0;

  /** Makes the row of letter `at`; returns its smallest entry. */
  const makeRow = (at: number): number => {
    const letter = letters[at]!;
    const here = (at + 1) * width;
    const before = at * width;
    let least = beyond;
    if (at + 1 <= distance) least = table[here] = at + 1;
    const to = Math.min(word.length, at + 1 + distance);
    for (let j = Math.max(1, at + 1 - distance); j <= to; j += 1) {
      let cost = table[before + j - 1]! + (word[j - 1] === letter ? 0 : 1);
      cost = Math.min(cost, table[before + j]! + 1, table[here + j - 1]! + 1);
      const isSwap = at > 0 && j > 1 && word[j - 1] === letters[at - 1] && word[j - 2] === letter;
      if (isSwap) cost = Math.min(cost, table[before - width + j - 2]! + 1);
      table[here + j] = Math.min(cost, beyond);
      least = Math.min(least, table[here + j]!);
    }
    return least;
  };
  return {
    isNear(text, start, end) {
      let depth = 0;
      for (let at = start; at < end;) {
        let letter = text[at]!;
        at += 1;
        if (letter >= 0x80)
          for (; at < end && (text[at]! & 0xc0) === 0x80; at += 1)
            letter = (letter << 8) | text[at]!;
        if (depth === depthMax) return false;
        if (depth >= known || letters[depth] !== letter) {
          letters[depth] = letter;
          known = depth;
          if (makeRow(depth) > distance) return false;
          known = depth + 1;
        }
        depth += 1;
      }
      const edits = table[depth * width + word.length]!;
      return edits > 0 && edits <= distance;
    },
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
