// Finds the terms that differ from a word by a few letters: wrong, lacking, too many, or two of them
// swapped. Walks a sorted dictionary as an automaton would, leaving out whatever begins too unlike.

export interface NearWord {
  readonly utf8: Uint8Array;
  /** Bytes at its start that are no letters: terms must have them, too. */
  readonly markLength: number;
  /** 1 or 2. */
  readonly distance: number;
}

/** A dictionary in byte order. */
export interface SortedTerms {
  term(place: number): Uint8Array;
}

/** Places of terms in [start, end), which begin with the word's mark, without the word itself. */
export function placesNear(
  terms: SortedTerms,
  { start, end }: { readonly start: number; readonly end: number },
  word: NearWord,
): number[] {
  const matcher = createMatcher(word);
  const found: number[] = [];
  for (let place = start; place < end;) {
    const bytes = terms.term(place);
    const deadAt = matcher.read(bytes);
    if (deadAt === undefined) {
      if (matcher.isNear()) found.push(place);
      place += 1;
    } else place = skip(terms, bytes.subarray(0, deadAt), { start: place + 1, end });
  }
  return found;
}

/** True when the term is near and not the word itself. */
export function createNearTest(word: NearWord): (term: Uint8Array) => boolean {
  const { markLength, distance } = word;
  const matcher = createMatcher(word);
  // A letter has four bytes at most.
  const lengthMin = word.utf8.length - 4 * distance;
  const lengthMax = word.utf8.length + 4 * distance;
  return (term) => {
    if (term.length < lengthMin || term.length > lengthMax) return false;
    for (let i = 0; i < markLength; i += 1) if (term[i] !== word.utf8[i]) return false;
    return matcher.read(term) === undefined && matcher.isNear();
  };
}

/** First place after the terms that begin so, looked for near by first: mostly there are few. */
function skip(
  terms: SortedTerms,
  prefix: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): number {
  const hasPrefix = (place: number): boolean => {
    const bytes = terms.term(place);
    for (let i = 0; i < prefix.length; i += 1) if (bytes[i] !== prefix[i]) return false;
    return true;
  };
  let low = start;
  let step = 1;
  while (low + step <= end && hasPrefix(low + step - 1)) {
    low += step;
    step *= 2;
  }
  let high = Math.min(end, low + step - 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (hasPrefix(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Matcher {
  /** Undefined: read whole. Otherwise no term that begins with so many of its bytes is near. */
  read(term: Uint8Array): number | undefined;
  /** Of the term that was read whole. */
  isNear(): boolean;
}

/**
 * Rows of the distance table (Wagner and Fischer, with swaps of neighbors), one a letter of the term;
 * those of the letters that a term has in common with the one before are kept.
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
  let depth = 0;

  /** Makes the row of letter `at`; returns its smallest entry. */
  const makeRow = (at: number): number => {
    const letter = letters[at]!;
    const here = (at + 1) * width;
    const before = at * width;
    let least = beyond;
    table.fill(beyond, here, here + width);
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
    read(term) {
      depth = 0;
      for (let at = markLength; at < term.length;) {
        const next = letterAt(term, at);
        if (depth === depthMax) return next.end;
        const isKnown = depth < known && letters[depth] === next.letter;
        at = next.end;
        if (isKnown) {
          depth += 1;
          continue;
        }
        letters[depth] = next.letter;
        known = depth;
        if (makeRow(depth) > distance) return at;
        depth += 1;
        known = depth;
      }
      return undefined;
    },
    isNear() {
      const found = table[depth * width + word.length]!;
      return found > 0 && found <= distance;
    },
  };
}

function lettersOf(utf8: Uint8Array, from: number): Int32Array {
  const letters: number[] = [];
  for (let at = from; at < utf8.length;) {
    const { letter, end } = letterAt(utf8, at);
    letters.push(letter);
    at = end;
  }
  return Int32Array.from(letters);
}

/** A code point of UTF-8; of damaged bytes some number. */
function letterAt(utf8: Uint8Array, at: number): { readonly letter: number; readonly end: number } {
  const first = utf8[at]!;
  if (first < 0x80) return { letter: first, end: at + 1 };
  let letter = first;
  let end = at + 1;
  for (; end < utf8.length && (utf8[end]! & 0xc0) === 0x80 && end < at + 4; end += 1)
    letter = (letter << 8) | utf8[end]!;
  return { letter, end };
}
