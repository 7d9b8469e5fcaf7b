// Writes the table of characters that analyzers of version 2 decide by: node generate.mjs OUT_FILE
//
// The running Node.js is the source, and the version of Unicode that it knows is recorded. A table
// once released stays as it is: its terms are on disks. A newer one belongs to a new version of the
// analyzers.

import { writeFileSync } from "node:fs";
import { argv, versions } from "node:process";

const end = 0x20000;
const unspaced =
  /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\p{sc=Yi}\p{sc=Tangut}\p{sc=Nushu}\p{sc=Khitan_Small_Script}]$/u;
const clustered =
  /^[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tai_Le}\p{sc=New_Tai_Lue}\p{sc=Tai_Tham}\p{sc=Tai_Viet}\p{sc=Ahom}\p{sc=Balinese}\p{sc=Javanese}]$/u;
const symbol =
  /^[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\p{Sc}\p{So}\p{Sm}]$/u;

/** Letters of src/analysis/unicode/table.ts. */
function classOf(codePoint) {
  const text = String.fromCodePoint(codePoint);
  const is = (pattern) => pattern.test(text);
  if (!is(/^\p{Assigned}$/u) || is(/^\p{Cs}$/u)) return "-";
  // Zero width space: it is there to separate words.
  if (codePoint === 0x200b) return "-";
  if (is(/^\p{Cf}$/u) || is(/^\p{Default_Ignorable_Code_Point}$/u)) return "F";
  if (is(/^\p{Nd}$/u)) return "N";
  if (is(/^[\p{L}\p{N}]$/u)) {
    if (is(unspaced)) return "I";
    if (is(clustered)) return is(/^\p{Logical_Order_Exception}$/u) ? "P" : "C";
    if (is(/^\p{N}$/u)) return "N";
    return is(/^[\p{Lu}\p{Lt}]$/u) ? "U" : "L";
  }
  if (is(/^\p{M}$/u)) return "M";
  const isDrawing = codePoint >= 0x2500 && codePoint <= 0x259f;
  const isPlain = text.normalize("NFKD") === text && codePoint > 0x7f && codePoint < 0xfff0;
  if (is(symbol) && !isDrawing && (isPlain || codePoint > 0xffff)) return "S";
  return "-";
}

function foldingOf(codePoint) {
  const text = String.fromCodePoint(codePoint);
  if (/^\p{Nd}$/u.test(text)) return String(digitOf(codePoint));
  const folded = text.normalize("NFKD").toLowerCase().normalize("NFKD");
  if (folded === text) return folded;
  // What is no word of its own, as the brackets of (1) or a blank, is left out; not the slash of 1/2.
  return Array.from(folded)
    .filter((one) => one === "\u2044" || !"-F".includes(classOf(one.codePointAt(0))))
    .join("");
}

/** Decimal digits lie in runs of ten, zero first. */
function digitOf(codePoint) {
  let zero = codePoint;
  while (codePoint - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  const run = zero;
  // Runs may follow each other without a gap: mathematical digits do.
  if (codePoint >= 0x1d7ce && codePoint <= 0x1d7ff) return (codePoint - 0x1d7ce) % 10;
  return (codePoint - run) % 10;
}

const runs = [];
let foldings = [];
let last = 0;
for (let codePoint = 0; codePoint < end; codePoint += 1) {
  const kind = classOf(codePoint);
  const run = runs.at(-1);
  if (run?.kind === kind) run.length += 1;
  else runs.push({ kind, length: 1 });
  const isSyllable = codePoint >= 0xac00 && codePoint <= 0xd7a3;
  if (kind === "-" || kind === "F" || kind === "S" || isSyllable) continue;
  const folded = foldingOf(codePoint);
  if (folded === String.fromCodePoint(codePoint)) continue;
  const points = Array.from(folded, (one) => one.codePointAt(0).toString(36));
  foldings.push(`${(codePoint - last).toString(36)}:${points.join(".")}`);
  last = codePoint;
}
// Compatibility ideographs are the only ones above that fold.
for (let codePoint = 0x2f800; codePoint <= 0x2fa1d; codePoint += 1) {
  const [folded = ""] = String.fromCodePoint(codePoint).normalize("NFKD");
  foldings.push(`${(codePoint - last).toString(36)}:${folded.codePointAt(0).toString(36)}`);
  last = codePoint;
}

const lines = (name, entries) => {
  const rows = [];
  for (let at = 0; at < entries.length; at += 16) rows.push(entries.slice(at, at + 16).join(" "));
  return `export const ${name} =\n${rows.map((row) => `  "${row} "`).join(" +\n")};\n`;
};
writeFileSync(
  argv[2],
  [
    "// Written by src/analysis/unicode/generate.mjs; read by src/analysis/unicode/table.ts.\n",
    `export const unicodeVersion = "${versions.unicode}";\n`,
    lines(
      "classRuns",
      runs.map(({ kind, length }) => `${length.toString(36)}${kind}`),
    ),
    lines("foldings", foldings),
  ].join("\n"),
);
