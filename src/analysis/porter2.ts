// Stems English words: the Porter2 rules as published with Snowball 3.1 (snowballstem.org,
// english). Own code, because the stemmer library among the dependencies implements the older
// Porter rules, with a fault in its "-ion" rule (adoption -> adop).

/** Replacement of a whole word, looked up before any rule. */
const exceptions: ReadonlyMap<string, string> = new Map([
  ...["sky", "news", "howe", "atlas", "cosmos", "bias", "andes"].map((w) => [w, w] as const),
  ["skis", "ski"],
  ["skies", "sky"],
  ["idly", "idl"],
  ["gently", "gentl"],
  ["ugly", "ugli"],
  ["early", "earli"],
  ["only", "onli"],
  ["singly", "singl"],
]);

/**
 * For words with these prefixes the first region starts after the prefix; otherwise unrelated words
 * would share a stem.
 */
const regionPrefixes = [
  ...["arsen", "commun", "emerg", "gener", "inter", "later", "organ", "past", "univers"],
];

/**
 * Before "-eed": these verbs keep it (proceed). Before "-ing": these are nouns or end in two
 * consonants.
 */
const eedVerbs: ReadonlySet<string> = new Set(["succ", "proc", "exc"]);
const ingNouns: ReadonlySet<string> = new Set(["even", "cann", "inn", "earr", "herr", "out"]);

type SuffixRule = readonly [suffix: string, replacement: string];

const derivational: readonly SuffixRule[] = longestFirst([
  ["tional", "tion"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["abli", "able"],
  ["entli", "ent"],
  ["izer", "ize"],
  ["ization", "ize"],
  ["ational", "ate"],
  ["ation", "ate"],
  ["ator", "ate"],
  ["alism", "al"],
  ["aliti", "al"],
  ["alli", "al"],
  ["fulness", "ful"],
  ["fulli", "ful"],
  ["ousli", "ous"],
  ["ousness", "ous"],
  ["iveness", "ive"],
  ["iviti", "ive"],
  ["biliti", "ble"],
  ["bli", "ble"],
  ["ogist", "og"],
  ["ogi", "og"],
  ["lessli", "less"],
  ["li", ""],
]);

const adjectival: readonly SuffixRule[] = longestFirst([
  ["tional", "tion"],
  ["ational", "ate"],
  ["alize", "al"],
  ["icate", "ic"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ful", ""],
  ["ness", ""],
  ["ative", ""],
]);

const residual: readonly SuffixRule[] = longestFirst(
  [
    ...["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism"],
    ...["ate", "iti", "ous", "ive", "ize", "ion"],
  ].map((suffix) => [suffix, ""] as const),
);

/**
 * The Porter2 stem of a lower-case word, never longer than the word.
 * Characters outside a-z count as consonants. O(length).
 */
export function stemEnglish(word: string): string {
  const exception = exceptions.get(word);
  if (exception !== undefined) return exception;
  if (word.length < 3) return word;
  const marked = markConsonantY(word.startsWith("'") ? word.slice(1) : word);
  const first = firstRegion(marked);
  const regions: Regions = { first, second: regionAfter(marked, first) };
  let stem = removePlural(marked);
  stem = removePastOrGerund(stem, regions);
  stem = replaceFinalY(stem);
  stem = replaceDerivational(stem, regions);
  stem = replaceAdjectival(stem, regions);
  stem = removeResidual(stem, regions);
  stem = removeFinalLetter(stem, regions);
  return stem.includes("Y") ? stem.replaceAll("Y", "y") : stem;
}

/** Index where each region starts: past the first, and past the second, consonant after a vowel. */
interface Regions {
  readonly first: number;
  readonly second: number;
}

function markConsonantY(word: string): string {
  if (!word.includes("y")) return word;
  let marked = "";
  for (let i = 0; i < word.length; i += 1) {
    const letter = word.charAt(i);
    const isConsonant = letter === "y" && (i === 0 || isVowel(marked, i - 1));
    marked += isConsonant ? "Y" : letter;
  }
  return marked;
}

function firstRegion(word: string): number {
  for (const prefix of regionPrefixes) if (word.startsWith(prefix)) return prefix.length;
  return regionAfter(word, 0);
}

function regionAfter(word: string, start: number): number {
  let i = start;
  while (i < word.length && !isVowel(word, i)) i += 1;
  while (i < word.length && isVowel(word, i)) i += 1;
  return Math.min(i + 1, word.length);
}

function removePlural(word: string): string {
  let stem = word;
  for (const suffix of ["'s'", "'s", "'"]) {
    if (!stem.endsWith(suffix)) continue;
    stem = cut(stem, suffix.length);
    break;
  }
  if (stem.endsWith("sses")) return cut(stem, 2);
  if (stem.endsWith("ied") || stem.endsWith("ies")) return cut(stem, stem.length > 4 ? 2 : 1);
  if (!stem.endsWith("s") || stem.endsWith("us") || stem.endsWith("ss")) return stem;
  return hasVowel(stem, stem.length - 2) ? cut(stem, 1) : stem;
}

function removePastOrGerund(word: string, regions: Regions): string {
  const eed = word.endsWith("eedly") ? 5 : word.endsWith("eed") ? 3 : 0;
  if (eed > 0) {
    const start = word.length - eed;
    if (start < regions.first || eedVerbs.has(word.slice(0, start))) return word;
    return word.slice(0, start) + "ee";
  }
  const suffix = ["ingly", "edly", "ing", "ed"].find((s) => word.endsWith(s));
  if (suffix === undefined) return word;
  const stem = cut(word, suffix.length);
  if (suffix === "ing") {
    if (stem.length === 2 && stem.endsWith("y") && !isVowel(stem, 0)) return stem.charAt(0) + "ie";
    if (ingNouns.has(stem)) return word;
  }
  return hasVowel(stem, stem.length) ? repairEnd(stem, regions) : word;
}

/** Repairs the stem after "-ed" or "-ing" was removed: hop(p)ing, fil(e)ing, conflat(e)ed. */
function repairEnd(stem: string, regions: Regions): string {
  if (/(?:at|bl|iz)$/.test(stem)) return stem + "e";
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(stem))
    return /^[aeo]..$/.test(stem) ? stem : cut(stem, 1);
  return stem.length === regions.first && endsShort(stem) ? stem + "e" : stem;
}

function replaceFinalY(word: string): string {
  const last = word.length - 1;
  const ends = word.endsWith("y") || word.endsWith("Y");
  return ends && last > 1 && !isVowel(word, last - 1) ? cut(word, 1) + "i" : word;
}

function replaceDerivational(word: string, regions: Regions): string {
  const rule = derivational.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const [suffix, replacement] = rule;
  const start = word.length - suffix.length;
  if (start < regions.first) return word;
  const before = word.charAt(start - 1);
  if (suffix === "ogi" && before !== "l") return word;
  if (suffix === "li" && !/[cdeghkmnrt]/.test(before)) return word;
  return word.slice(0, start) + replacement;
}

function replaceAdjectival(word: string, regions: Regions): string {
  const rule = adjectival.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const [suffix, replacement] = rule;
  const start = word.length - suffix.length;
  if (start < (suffix === "ative" ? regions.second : regions.first)) return word;
  return word.slice(0, start) + replacement;
}

function removeResidual(word: string, regions: Regions): string {
  const rule = residual.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const start = word.length - rule[0].length;
  if (start < regions.second) return word;
  if (rule[0] === "ion" && !/[st]/.test(word.charAt(start - 1))) return word;
  return word.slice(0, start);
}

function removeFinalLetter(word: string, regions: Regions): string {
  const last = word.length - 1;
  if (word.endsWith("ll")) return last >= regions.second ? cut(word, 1) : word;
  if (!word.endsWith("e")) return word;
  const stem = cut(word, 1);
  if (last >= regions.second) return stem;
  return last >= regions.first && !endsShort(stem) ? stem : word;
}

/**
 * Ends in a short syllable: consonant, vowel, consonant other than w, x, Y; or is vowel, consonant.
 */
function endsShort(word: string): boolean {
  const last = word.length - 1;
  if (last < 1) return false;
  if (word.endsWith("past")) return true;
  if (isVowel(word, last) || !isVowel(word, last - 1)) return false;
  return last === 1 || (!isVowel(word, last - 2) && !/[wxY]/.test(word.charAt(last)));
}

function isVowel(word: string, index: number): boolean {
  switch (word.charCodeAt(index)) {
    case 97: // a
    case 101: // e
    case 105: // i
    case 111: // o
    case 117: // u
    case 121: // y
      return true;
    default:
      return false;
  }
}

function hasVowel(word: string, end: number): boolean {
  for (let i = 0; i < end; i += 1) if (isVowel(word, i)) return true;
  return false;
}

function cut(word: string, count: number): string {
  return word.slice(0, word.length - count);
}

function longestFirst(rules: readonly SuffixRule[]): readonly SuffixRule[] {
  return rules.toSorted(([a], [b]) => b.length - a.length);
}
