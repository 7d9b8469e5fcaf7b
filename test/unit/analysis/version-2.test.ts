import assert from "node:assert/strict";

import fc from "fast-check";

import { analyze } from "../../../src/analysis/analyzer.js";
import type { Analyzer } from "../../../src/analysis/query-words.js";
import { termFrequencies } from "../../../src/analysis/term-frequencies.js";
import { limits } from "../../../src/core/limits.js";
import { latestAnalyzer } from "../../support/analyzers.js";
import { anyHostileText } from "../../support/hostile-texts.js";

const english = latestAnalyzer("english");
const unicode = latestAnalyzer("unicode");

/** Terms as people read them, those of whole words left out. */
function terms(analyzer: Analyzer, text: string): string[] {
  return analyze(analyzer, text)
    .filter((term) => !term.startsWith("="))
    .map((term) => term.normalize("NFC"));
}

/** True when both texts have a term in common that stands for a whole word. */
function meet(analyzer: Analyzer, one: string, other: string): boolean {
  const known = new Set(analyze(analyzer, one));
  return analyze(analyzer, other).some((term) => known.has(term));
}

describe("analyzers of version 2", () => {
  it("give a word's stem beside the whole word, and of stop words the whole word", () => {
    assert.deepEqual(analyze(english, "The cats' organization"), [
      ...["=the", "cat", "=cats", "organiz", "=organization"],
    ]);
    assert.deepEqual(analyze(unicode, "The cats"), ["the", "cats"]);
  });

  it("take what is invisible inside a word for nothing", () => {
    for (const nothing of ["\u00ad", "\u200c", "\u200d", "\u2060", "\ufeff", "\u202a"]) {
      assert.deepEqual(terms(unicode, `sym${nothing}phony`), ["symphony"]);
      const places: number[] = [];
      unicode.forEachTerm(`a sym${nothing}phony.`, (_, __, start, end) => places.push(start, end));
      assert.deepEqual(places, [0, 1, 2, 11]);
    }
    assert.deepEqual(terms(unicode, "one\u200bword"), ["one", "word"], "a blank of no width");
  });

  it("fold the letters that writers use for one another", () => {
    const same: readonly (readonly string[])[] = [
      ["أحمد", "احمد", "اَحْمَد", "احـمد"],
      ["آسفي", "اسفي"],
      ["مدرسة", "مدرسه"],
      ["على", "علي", "علی"],
      ["کتاب", "كتاب"],
      ["می‌خواهم", "میخواهم"],
      ["שָׁלוֹם", "שלום"],
      ["צה״ל", 'צה"ל', "צהל"],
      ["ΣΊΣΥΦΟΣ", "Σίσυφος", "σισυφοσ"],
      ["Ёлка", "елка"],
      ["İstanbul", "istanbul", "ISTANBUL", "ıstanbul"],
      ["Straße", "STRASSE", "strasse", "STRAẞE"],
      ["ｃａｆé", "CAFÉ", "cafe\u0301", "cafe"],
      ["ﬁle", "file"],
      ["Ǆ", "dž"],
      ["Łódź", "lodz"],
      ["smørrebrød", "smorrebrod"],
      ["١٢٣", "۱۲۳", "123", "१२३"],
      ["क़लम", "कलम"],
      ["ﾊﾞｽ", "バス"],
      ["한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"],
    ];
    for (const [first = "", ...others] of same)
      for (const other of others)
        assert.deepEqual(terms(unicode, other), terms(unicode, first), `${first} ${other}`);
  });

  it("keep the signs that make a name another name", () => {
    assert.deepEqual(terms(unicode, "C++ C# F# C c++17"), ["c++", "c#", "f#", "c", "c++", "17"]);
    assert.deepEqual(terms(unicode, ".NET and ASP.NET"), [
      ...[".net", "net", "and", "asp.net", "asp", "net"],
    ]);
    assert.deepEqual(terms(unicode, "notepad++"), ["notepad++", "notepad"]);
    assert.deepEqual(terms(unicode, "a+b x=y# page#part"), ["a", "b", "x", "y#", "page", "part"]);
  });

  it("give the parts of identifiers beside the whole", () => {
    assert.deepEqual(terms(unicode, "readFileSync"), ["readfilesync", "read", "file", "sync"]);
    assert.deepEqual(terms(unicode, "HTTPServerError"), [
      ...["httpservererror", "http", "server", "error"],
    ]);
    assert.deepEqual(terms(unicode, "snake_case"), ["snakecase", "snake", "case"]);
    assert.deepEqual(terms(unicode, "version 3.11.2"), ["version", "3.11.2", "3", "11", "2"]);
    const pairs = ["e-mail email", "iPhone15 iPhone 15", "covid-19 COVID19", "O’Neil ONeil"];
    for (const pair of [...pairs, "don't dont", "U.S.A. USA", "l'avion avion", "Ann's Ann"]) {
      const [one = "", ...other] = pair.split(" ");
      assert.ok(meet(unicode, one, other.join(" ")), pair);
    }
  });

  it("give single characters and their pairs where words have no spaces", () => {
    assert.deepEqual(
      terms(unicode, "東京都"),
      ["東", "東京", "京", "京都", "都"].sort(byPlace("東京都")),
    );
    assert.deepEqual(terms(unicode, "เช้านี้").slice(0, 2), ["เช้า", "เช้านี้"]);
    const words: Readonly<Record<string, readonly string[]>> = {
      ฉันชอบกินข้าวเช้าทุกวันที่บ้าน: ["ข้าว", "เช้า", "บ้าน"],
      ຂ້ອຍມັກກິນເຂົ້າຕອນເຊົ້າ: ["ເຂົ້າ", "ເຊົ້າ"],
      ខ្ញុំចូលចិត្តញ៉ាំបាយនៅពេលព្រឹក: ["បាយ", "ព្រឹក"],
      ကျွန်တော်မနက်တိုင်းထမင်းစားတယ်: ["ထမင်း", "မနက်"],
      我每天早上吃米饭: ["米饭", "早上", "饭"],
      毎朝ご飯を食べます: ["ご飯", "朝"],
      나는매일아침밥을먹는다: ["아침", "밥"],
    };
    for (const [sentence, inside] of Object.entries(words)) {
      const known = new Set(analyze(unicode, sentence));
      for (const word of inside)
        for (const { terms: asked } of unicode.queryWords(word))
          assert.ok(
            asked.every(({ term }) => known.has(term)),
            `${word} in ${sentence}`,
          );
    }
  });

  it("give symbols as terms, and of a sequence its symbols", () => {
    assert.deepEqual(terms(unicode, "👍🏽"), ["👍🏽", "👍"]);
    assert.deepEqual(terms(unicode, "👩‍🚒"), ["👩‍🚒", "👩", "🚒"]);
    assert.deepEqual(terms(unicode, "🇩🇪 ❤️ 5 €"), ["🇩🇪", "❤", "5", "€"]);
    // They stand where the word before does, so that phrases go on across them.
    const { positions } = termFrequencies(unicode, "ate 🍕 in");
    assert.deepEqual([...positions].sort(), [1, 1, 2]);
  });

  it("stem the words of the language that is asked for", () => {
    const stems: readonly (readonly [
      "german" | "russian" | "french" | "arabic",
      string,
      string,
    ])[] = [
      ["german", "Häuser", "Haus"],
      ["russian", "книгами", "книга"],
      ["french", "chevaux", "cheval"],
      ["arabic", "المكتبات", "مكتبة"],
    ];
    for (const [stemmer, one, other] of stems) {
      const analyzer = latestAnalyzer("unicode", { stemmer });
      assert.deepEqual(terms(analyzer, one), terms(analyzer, other), stemmer);
    }
    const stopped = latestAnalyzer("unicode", { stemmer: "german", stopWords: "german" });
    assert.deepEqual(terms(stopped, "der Hund und die Katze"), ["hund", "katz"]);
  });

  it("hold any text to bounded terms at rising positions inside it", () => {
    fc.assert(
      fc.property(anyHostileText, (text) => {
        for (const analyzer of [english, unicode]) {
          let before = 0;
          analyzer.forEachTerm(text, (term, position, start, end) => {
            assert.ok(Buffer.byteLength(term) <= limits.termBytesMax && term !== "");
            assert.ok(!term.includes("\n") && term.isWellFormed());
            assert.ok(position >= before && start >= 0 && end > start && end <= text.length);
            before = position;
          });
        }
      }),
    );
  });

  it("are done with long texts of anything in time that grows with their length", () => {
    const units = [
      "x",
      "é",
      "a\u0301",
      "aA",
      "a-",
      "a'",
      "a\u200d",
      "ก",
      "東",
      "👩\u200d",
      "\ud800",
    ];
    for (const unit of [...units, "a+", ".a", "1,", '"א', "한"]) {
      const text = unit.repeat(Math.ceil(2e5 / unit.length));
      for (const analyzer of [english, unicode]) {
        const startUs = process.cpuUsage().user;
        const { length } = termFrequencies(analyzer, text);
        assert.ok(length <= 4 * text.length);
        assert.ok(process.cpuUsage(undefined).user - startUs < 20e6, unit);
      }
    }
  });
});

/** The order in which characters and pairs come in a text. */
function byPlace(text: string): (one: string, other: string) => number {
  return (one, other) =>
    text.indexOf(one) + one.length - (text.indexOf(other) + other.length) ||
    other.length - one.length;
}
