// Adversarial text for tokenizers and splitters.

import fc from "fast-check";

const characters = [
  ...Array.from("abcXYZ 0129 .,;!?()[]{}\"'-_/\\#@ \t\n\r"),
  ...Array.from("éüñßøÅİıſΣσςΑЖй"),
  ...Array.from("北京日本語ーカナ한국어ไทยहिन्दी"),
  ...Array.from("—–…“”’«»。、！？「」"),
  ...Array.from("≠≤∞√€™½ﬁ"),
  "\u0000",
  "\u0007",
  "\u000b",
  "\u000c",
  "\u0085",
  "\u00a0",
  "\u00ad",
  "\u0301",
  "\u200b",
  "\u200d",
  "\u2028",
  "\u2029",
  "\u3000",
  "\ufeff",
  "\ufffd",
  "\ud800",
  "\udc00",
  "🙂",
  "👩‍👩‍👧",
  "𝔘",
  "𠀀",
];
const words = [
  "the",
  "reading",
  "unaffable",
  "Sluice",
  "[CLS]",
  "[SEP]",
  "[MASK]",
  "##ing",
  "</s>",
];

/** A mixture of words, scripts, control characters and lone surrogates. */
export function hostileText(partCountMax = 60): fc.Arbitrary<string> {
  const part = fc.oneof(
    { arbitrary: fc.constantFrom(...characters), weight: 6 },
    { arbitrary: fc.constantFrom(...words), weight: 3 },
    { arbitrary: fc.string({ unit: "binary" }), weight: 1 },
  );
  return fc.array(part, { maxLength: partCountMax }).map((parts) => parts.join(""));
}

/** Text of plain sentences. */
export function plainText(wordCountMax = 600): fc.Arbitrary<string> {
  const plainWords = ["late", "interaction", "scores", "tokens", "of", "a", "query", "quickly"];
  const word = fc.constantFrom(...plainWords, "embeddings,", "retrieval.", "works!", "why?");
  return fc.array(word, { maxLength: wordCountMax }).map((parts) => parts.join(" "));
}
