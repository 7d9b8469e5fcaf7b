import assert from "node:assert/strict";

import { createInlineScorer } from "../../../src/scoring/scorer.js";
import type { Scorer } from "../../../src/scoring/scorer.js";
import { loadKernels } from "../../../src/kernels/load-kernels.js";
import { placesIn } from "../../../src/index/bm25/query.js";
import type { Bm25Query } from "../../../src/index/bm25/query.js";
import { PostingsReader } from "../../../src/index/bm25/postings-reader.js";
import { postingsSectionsOf } from "../../../src/index/segment-format.js";
import { nearPlacesStage } from "../../../src/search/stages/near-places.js";
import { makeGeneration } from "../../../bench/generations/made-generation.js";
import { present } from "../../../src/core/assert.js";

const words = ["river", "rover", "rivers", "diver", "bridge", "bridges", "fridge", "marble"];

describe("the stage of terms near misspelled words", () => {
  it("finds in each segment what its dictionary has, whatever the number of workers", async () => {
    for (const parallelism of [1, 2, 7]) {
      const generation = fiveSegments();
      const places = present(
        await nearPlacesStage(depsOf(generation, { ...inline(), parallelism }), query),
        "nothing cancels",
      );
      const found = generation.segments.map((_, segment) =>
        query.clauses.map((_, word) => [
          ...placesIn(places, { segment, word, wordCount: query.clauses.length }),
        ]),
      );
      const expected = generation.segments.map(({ part }) => {
        assert.ok(part.kind === "flushed");
        const reader = new PostingsReader(postingsSectionsOf(part.tables));
        return query.clauses.map((word) =>
          word.kind === "near" ? [...reader.placesNear(word)] : [],
        );
      });
      assert.deepEqual(found, expected);
      assert.ok(found.flat(2).length > 0, "some terms are near");
    }
  });

  it("searches no dictionary for a word a second time", async () => {
    const generation = fiveSegments();
    const searched: number[] = [];
    const scorer = inline();
    const counting: Scorer = {
      ...scorer,
      near: (task) => {
        searched.push(task.parts.length * task.words.length);
        return scorer.near(task);
      },
    };
    const deps = depsOf(generation, counting);
    const first = await nearPlacesStage(deps, { ...query, clauses: query.clauses.slice(0, 1) });
    const both = await nearPlacesStage(deps, query);
    const again = await nearPlacesStage(deps, query);
    assert.deepEqual(searched, [5, 5]);
    assert.deepEqual(again, both);
    assert.notDeepEqual(first, both);
  });

  it("ends when cancelled", async () => {
    const deps = depsOf(fiveSegments(), inline());
    new Int32Array(deps.cancel)[0] = 1;
    assert.equal(await nearPlacesStage(deps, query), undefined);
  });
});

const query: Bm25Query = {
  clauses: ["riverr", "brigde"].map((word) => ({
    kind: "near" as const,
    utf8: Buffer.from(word),
    markLength: 0,
    distance: 1,
    frequency: 1,
    exactClause: 0,
  })),
  phrases: [],
  quorums: [],
};

function inline(): Scorer {
  return createInlineScorer(loadKernels().kernels);
}

function depsOf(
  generation: ReturnType<typeof fiveSegments>,
  scorer: Scorer,
): Parameters<typeof nearPlacesStage>[0] {
  return { generation, scorer, cancel: new SharedArrayBuffer(4) };
}

/** Two passages each, of two words. */
function fiveSegments(): ReturnType<typeof makeGeneration> {
  let made = 0;
  return makeGeneration({ passageCount: 10, segmentCount: 5 }, () => {
    made += 1;
    const terms = [made, 3 * made].map((n) => words[n % words.length]!);
    const distinct = [...new Set(terms)];
    return {
      terms: {
        terms: distinct,
        counts: distinct.map(() => 1),
        positions: distinct.map((_, i) => i),
        length: distinct.length,
      },
    };
  });
}
