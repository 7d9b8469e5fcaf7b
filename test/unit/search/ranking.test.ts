import assert from "node:assert/strict";

import fc from "fast-check";

import { toPassageOrdinal, toSegmentOrdinal } from "../../../src/core/ids.js";
import { compareRanked, createRanking } from "../../../src/search/ranking.js";
import type { Cap } from "../../../src/search/ranking.js";
import type { Fields } from "../../../src/core/document.js";
import type { RankedPassage, ScoredPassage } from "../../../src/search/ranking.js";
import { segmentsOf } from "../../support/passage-places.js";
import type { PassagePlace } from "../../../src/search/passage-ids.js";
import type { PlacedPassage } from "../../support/passage-places.js";

describe("createRanking", () => {
  it("keeps what sorting everything and taking each document once would keep", () => {
    fc.assert(
      fc.property(anyOffers, fc.integer({ min: 1, max: 12 }), ({ lists, offers }, k) => {
        assert.deepEqual(offerAll(lists, offers, k), bruteForce(lists, offers, k));
      }),
      { numRuns: 500 },
    );
  });

  it("does not depend on the order of the offers", () => {
    const shuffled = anyOffers.chain(({ lists, offers }) =>
      fc.record({
        lists: fc.constant(lists),
        offers: fc.constant(offers),
        again: fc.shuffledSubarray(offers, { minLength: offers.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, fc.integer({ min: 1, max: 8 }), ({ lists, offers, again }, k) => {
        assert.deepEqual(offerAll(lists, again, k), offerAll(lists, offers, k));
      }),
      { numRuns: 300 },
    );
  });

  it("breaks ties by the bytes of the key, which is not the order of UTF-16", () => {
    const keys = ["\u{1d400}", "\uff41", "b", "a", "ab"];
    const lists = [keys.map((key) => ({ key, passageNumber: 0 }))];
    const offers = keys.map((_, ordinal) => ({ ...placeOf(0, ordinal), score: 1 }));
    const ranked = offerAll(lists, offers, 9).map(({ key }) => key);
    assert.deepEqual(ranked, ["a", "ab", "b", "\uff41", "\u{1d400}"]);
  });

  it("lets a document count with its best passage, the first of equals", () => {
    const lists = [
      [
        { key: "a", passageNumber: 0 },
        { key: "a", passageNumber: 1 },
      ],
      [
        { key: "a", passageNumber: 2 },
        { key: "b", passageNumber: 0 },
      ],
    ];
    const offers = [
      { ...placeOf(1, 0), score: 2, maxSim: 7, bm25: undefined },
      { ...placeOf(0, 1), score: 2, maxSim: 7, bm25: undefined },
      { ...placeOf(0, 0), score: 1 },
      { ...placeOf(1, 1), score: 1.5 },
    ];
    assert.deepEqual(offerAll(lists, offers, 2), [
      { key: "a", score: 2, segment: 0, ordinal: 1, passageNumber: 1, maxSim: 7, bm25: undefined },
      {
        key: "b",
        score: 1.5,
        segment: 1,
        ordinal: 1,
        passageNumber: 0,
        maxSim: undefined,
        bm25: undefined,
      },
    ]);
  });

  it("lets groups have so many hits as greedy filling from the top would, in any order of offers", () => {
    const grouped = anyOffers.chain(({ lists, offers }) =>
      fc.record({
        lists: fc.constant(lists),
        offers: fc.constant(offers),
        again: fc.shuffledSubarray(offers, { minLength: offers.length }),
        groups: fc.record({ color: anyGroups, digest: anyGroups }),
        caps: fc.constantFrom<Cap[]>(
          [{ field: "color", size: 1 }],
          [{ field: "color", size: 2 }],
          [
            { field: "color", size: 2 },
            { field: "digest", size: 1 },
          ],
        ),
        k: fc.integer({ min: 1, max: 6 }),
      }),
    );
    fc.assert(
      fc.property(grouped, ({ lists, offers, again, groups, caps, k }) => {
        const withFields = lists.map((list) =>
          list.map((passage) => ({ ...passage, fields: fieldsOf(passage.key, groups) })),
        );
        const found = [offers, again].map((order) => {
          const ranking = createRanking(segmentsOf(withFields), { k, caps });
          for (const offer of order) ranking.offer(offer);
          return ranking.top();
        });
        const expected = greedy(bruteForce(lists, offers, Infinity), { groups, caps, k });
        for (const top of found) assert.deepEqual(top, expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("gives copies that later offers do not change", () => {
    const ranking = createRanking(segmentsOf([[{ key: "a", passageNumber: 0 }]]), { k: 3 });
    const before = ranking.top();
    ranking.offer({ ...placeOf(0, 0), score: 1 });
    assert.deepEqual(before, []);
    assert.equal(ranking.top().length, 1);
  });
});

const anyPassage: fc.Arbitrary<PlacedPassage> = fc.record({
  key: fc.constantFrom("a", "b", "c", "bb", "\uff41", "\u{1d400}", "key"),
  passageNumber: fc.nat(5),
});

/** Each (key, passage number) lives in one place, as in a generation; few scores, so many ties. */
const anyOffers = fc
  .uniqueArray(anyPassage, {
    selector: ({ key, passageNumber }) => `${key}:${passageNumber}`,
    maxLength: 25,
  })
  .chain((passages) =>
    fc.record({
      passages: fc.constant(passages),
      segmentOf: fc.array(fc.nat(2), { minLength: passages.length, maxLength: passages.length }),
      scores: fc.array(fc.constantFrom(-1, 0, 0.5, 1), {
        minLength: passages.length,
        maxLength: passages.length,
      }),
    }),
  )
  .map(({ passages, segmentOf, scores }) => {
    const lists: PlacedPassage[][] = [[], [], []];
    const offers = passages.map((passage, i): ScoredPassage => {
      const segment = segmentOf[i]!;
      const ordinal = lists[segment]!.push(passage) - 1;
      return { ...placeOf(segment, ordinal), score: scores[i]!, maxSim: i };
    });
    return { lists, offers };
  });

type Groups = Readonly<Record<string, string | undefined>>;

/** Value of the field for each key; undefined: the document has no such field. */
const anyGroups: fc.Arbitrary<Groups> = fc
  .array(fc.constantFrom("x", "y", undefined), { minLength: 7, maxLength: 7 })
  .map((values) =>
    Object.fromEntries(
      ["a", "b", "c", "bb", "\uff41", "\u{1d400}", "key"].map((key, i) => [key, values[i]]),
    ),
  );

function fieldsOf(key: string, groups: Readonly<Record<string, Groups>>): Fields {
  return new Map(
    Object.entries(groups).flatMap(([field, of]) => {
      const value = of[key];
      return value === undefined ? [] : [[field, { kind: "keyword", value } as const]];
    }),
  );
}

function greedy(
  all: readonly RankedPassage[],
  { groups, caps, k }: { groups: Readonly<Record<string, Groups>>; caps: Cap[]; k: number },
): RankedPassage[] {
  const taken: RankedPassage[] = [];
  for (const entry of all) {
    const hasRoom = caps.every(({ field, size }) => {
      const value = groups[field]?.[entry.key];
      return (
        value === undefined || taken.filter((t) => groups[field]?.[t.key] === value).length < size
      );
    });
    if (hasRoom && taken.length < k) taken.push(entry);
  }
  return taken;
}

function offerAll(
  lists: readonly (readonly PlacedPassage[])[],
  offers: readonly ScoredPassage[],
  k: number,
): readonly RankedPassage[] {
  const ranking = createRanking(segmentsOf(lists), { k });
  for (const offer of offers) ranking.offer(offer);
  return ranking.top();
}

function bruteForce(
  lists: readonly (readonly PlacedPassage[])[],
  offers: readonly ScoredPassage[],
  k: number,
): RankedPassage[] {
  const all = offers.map(({ segment, ordinal, score, maxSim, bm25 }) => ({
    ...lists[segment]![ordinal]!,
    score,
    segment,
    ordinal,
    maxSim,
    bm25,
  }));
  all.sort(compareRanked);
  const first = all.filter(({ key }, i) => all.findIndex((other) => other.key === key) === i);
  return first.slice(0, k);
}

function placeOf(segment: number, ordinal: number): PassagePlace {
  return { segment: toSegmentOrdinal(segment), ordinal: toPassageOrdinal(ordinal) };
}
