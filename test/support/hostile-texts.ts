// Texts in many scripts, with all kinds of characters besides letters.

import fc from "fast-check";

const alphabets = [
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "0123456789٣४๕",
  "éÀßœøŁıİçñĀǅﬁ",
  "ΑαΣσςάΏ жЁйІґЩ",
  "אבשׁלםךְ آأإىيکةهـَّ",
  "कखगाििुं्क़ அகாி বা",
  "กขคเแโใไาะำิีุ้่์ๆ ກຂເະາ້ កខ្ត្រាិ ကခ္မျ်းုိ",
  "東京都漢字かなカナｶﾞー 한국어ㄱ\u1112\u1161\u11ab",
  "🍕👍🏽👩‍🚒🇩🇪❤️€★",
  "-_'’.@&,+#/:;!?()[]%",
  "\u00ad\u200b\u200c\u200d\u2060\ufeff\u0301\u093c\u3099",
  "\ud800\udc00\u0000\t\u00a0 ",
];

const anyCharacter = fc
  .constantFrom(...alphabets)
  .chain((alphabet) => fc.constantFrom(...Array.from(alphabet)));

/** Chunks of one script each, or of a mixture, with and without blanks. */
export const anyHostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc
        .constantFrom(...alphabets)
        .chain((alphabet) =>
          fc
            .array(fc.constantFrom(...Array.from(alphabet)), { minLength: 1, maxLength: 12 })
            .map((list) => list.join("")),
        ),
      fc.array(anyCharacter, { minLength: 1, maxLength: 12 }).map((list) => list.join("")),
      fc.string({ unit: "binary", maxLength: 8 }),
    ),
    { maxLength: 8 },
  )
  .chain((chunks) => fc.constantFrom("", " ").map((blank) => chunks.join(blank)));
