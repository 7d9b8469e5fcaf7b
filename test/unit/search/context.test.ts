// Contexts: never over the budget, never a character twice, best first or best at both ends.

import type { AssembledContext } from "../../../src/contract/search-update.js";
import assert from "node:assert/strict";
import fc from "fast-check";
import { assembleContext } from "../../../src/search/context.js";
import type { ContextCandidate, ContextOptions } from "../../../src/search/context.js";

const countWords = (text: string): number => text.split(/\s+/).filter((word) => word !== "").length;
const countTokens: ContextOptions["countTokens"] = (texts) =>
  Promise.resolve(texts.map(countWords));

function assemble(
  candidates: readonly ContextCandidate[],
  texts: Readonly<Record<string, string>>,
  options: Partial<ContextOptions> = {},
): Promise<AssembledContext> {
  return assembleContext(candidates, {
    tokenBudget: 100,
    order: "best_first",
    countTokens,
    sourceOf: (key) => {
      const text = texts[key];
      return text === undefined ? undefined : { title: `Title of ${key}`, text };
    },
    ...options,
  });
}

const candidate = (key: string, start: number, end: number, score: number): ContextCandidate => ({
  key,
  score,
  span: { start, end },
});

describe("an assembled context", () => {
  it("takes the best that fit, and leaves out what does not", async () => {
    const texts = { a: "one two three", b: "four five six seven eight", c: "nine" };
    const candidates = [
      candidate("c", 0, 4, 1),
      candidate("b", 0, 25, 2),
      candidate("a", 0, 13, 3),
    ];
    const { passages, tokenCount } = await assemble(candidates, texts, { tokenBudget: 4 });
    assert.deepEqual(
      passages.map(({ key, text }) => [key, text]),
      [
        ["a", "one two three"],
        ["c", "nine"],
      ],
    );
    assert.equal(tokenCount, 4);
    assert.equal(passages[0]?.title, "Title of a");
  });

  it("merges what overlaps or follows each other, once", async () => {
    const text = "aaa bbb ccc ddd eee fff";
    const candidates = [
      ...[candidate("a", 8, 15, 1), candidate("a", 0, 7, 3), candidate("b", 0, 1, 2)],
      ...[candidate("a", 4, 11, 2.5), candidate("a", 20, 23, 0.5), candidate("a", 0, 3, 0.1)],
    ];
    const { passages, tokenCount } = await assemble(candidates, { a: text, b: "x" });
    assert.deepEqual(
      passages.map(({ key, text: part, score }) => [key, part, score]),
      [
        ["a", "aaa bbb ccc ddd", 3],
        ["b", "x", 2],
        ["a", "fff", 0.5],
      ],
    );
    assert.equal(tokenCount, 6);
  });

  it("puts the best at both ends", async () => {
    const texts = { a: "a", b: "b", c: "c", d: "d", e: "e" };
    const candidates = Object.keys(texts).map((key, i) => candidate(key, 0, 1, 9 - i));
    const { passages } = await assemble(candidates, texts, { order: "edges_first" });
    assert.equal(passages.map(({ key }) => key).join(""), "acedb");
  });

  it("cuts the best when it alone is too long, at a sentence's end when there is one", async () => {
    const text = "First sentence is here. Second one follows now. Third is cut in its middle here.";
    const cut = await assemble(
      [candidate("a", 0, text.length, 1)],
      { a: text },
      { tokenBudget: 11 },
    );
    assert.equal(cut.passages[0]?.text.trim(), "First sentence is here. Second one follows now.");
    const words = "w ".repeat(50);
    const mid = await assemble([candidate("a", 0, 100, 1)], { a: words }, { tokenBudget: 7 });
    assert.equal(mid.tokenCount, 7);
    const none = await assemble(
      [candidate("a", 0, 3, 1)],
      { a: "one" },
      {
        tokenBudget: 1,
        countTokens: (all) => Promise.resolve(all.map(() => 2)),
      },
    );
    assert.deepEqual(none, { passages: [], tokenCount: 0 });
  });

  it("leaves out documents that cannot be read", async () => {
    const { passages } = await assemble([candidate("gone", 0, 3, 2), candidate("a", 0, 1, 1)], {
      a: "a",
    });
    assert.deepEqual(
      passages.map(({ key }) => key),
      ["a"],
    );
  });

  it("is never over the budget and has no character twice", async () => {
    const texts = fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.string({ unit: fc.constantFrom("x", "yy", " ", ". ", "\u{1f30a}", "\n"), maxLength: 60 }),
    );
    const place = fc.record({
      key: fc.constantFrom("a", "b", "c", "gone"),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.double({ min: 0, max: 1, noNaN: true }),
      score: fc.integer({ min: 0, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(
        ...([texts, fc.array(place, { maxLength: 12 })] as const),
        ...([
          fc.integer({ min: 1, max: 20 }),
          fc.constantFrom("best_first", "edges_first"),
        ] as const),
        async (sources, places, tokenBudget, order) => {
          const candidates = places.map(({ key, from, to, score }) => {
            const { length } = sources[key] ?? "";
            const [start = 0, end = 0] = [from, to]
              .map((share) => Math.floor(share * length))
              .sort((a, b) => a - b);
            return { key, score, span: { start, end } };
          });
          const { passages, tokenCount } = await assemble(candidates, sources, {
            tokenBudget,
            order,
          });
          assert.ok(tokenCount <= tokenBudget);
          assert.equal(
            passages.reduce((sum, { text }) => sum + countWords(text), 0),
            tokenCount,
          );
          const seen = new Set<string>();
          for (const { key, span, text } of passages) {
            assert.equal(text, sources[key]?.slice(span.start, span.end));
            for (let at = span.start; at < span.end; at += 1) {
              assert.ok(!seen.has(`${key} ${at}`), "a character comes twice");
              seen.add(`${key} ${at}`);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
