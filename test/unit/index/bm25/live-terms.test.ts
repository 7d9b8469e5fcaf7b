import assert from "node:assert/strict";

import fc from "fast-check";

import { packTerms } from "../../../../src/analysis/term-frequencies.js";
import { LiveTerms, gatherLivePostings } from "../../../../src/index/bm25/live-terms.js";
import type { LivePostings } from "../../../../src/index/bm25/live-terms.js";
import { PostingsReader } from "../../../../src/index/bm25/postings-reader.js";
import { anyPassage, toPassageTerms, vocabulary, writeTerms } from "../../../support/passages.js";

describe("live terms", () => {
  it("count what was appended", () => {
    fc.assert(
      fc.property(fc.array(anyPassage, { maxLength: 30 }), (passages) => {
        const live = new LiveTerms();
        assert.deepEqual(
          passages.map((passage) => live.append(packTerms(passage))),
          [...passages.keys()],
        );
        assert.equal(live.ordinalCount, passages.length);
        assert.equal(
          live.lengthTotal,
          passages.reduce((sum, { length }) => sum + length, 0),
        );
      }),
    );
  });

  it("gather the postings that a segment of the same passages has", () => {
    fc.assert(
      fc.property(fc.array(anyPassage, { maxLength: 30 }), (passages) => {
        const live = new LiveTerms();
        for (const passage of passages) live.append(packTerms(passage));
        const reader = new PostingsReader(writeTerms(passages));
        for (const term of [...vocabulary, "absent"]) {
          const gathered = gather(live, term);
          const stored = reader.find(Buffer.from(term));
          assert.deepEqual([...(gathered?.ordinals ?? [])], [...(stored?.ordinals ?? [])]);
          assert.deepEqual([...(gathered?.counts ?? [])], [...(stored?.counts ?? [])]);
        }
      }),
    );
  });

  it("resolve beginnings to all terms that begin so, and know no others", () => {
    const live = new LiveTerms();
    live.append(packTerms(toPassageTerms(["b", "bb", "c"])));
    const resolved = live.resolve({
      clauses: [clause("prefix", "b"), clause("prefix", "x"), clause("term", "bb")],
      phrases: [{ terms: [{ utf8: Buffer.from("absent"), offset: 0 }] }],
      quorums: [],
    });
    assert.deepEqual(
      resolved.clauses.map((ids) => ids.length),
      [2, 0, 1],
    );
    assert.deepEqual([...resolved.phrases[0]!], [-1]);
  });

  it("cross to a worker without copying", () => {
    const live = new LiveTerms();
    const received = structuredClone(live.snapshot());
    live.append(packTerms(toPassageTerms(["a", "a"])));
    const ids = idsOf(live, "a");
    assert.equal(gatherLivePostings(received, ids).size, 0);
    const [postings] = gatherLivePostings({ ...received, ordinalCount: 1 }, ids).values();
    assert.deepEqual([...(postings?.counts ?? [])], [2]);
  });

  it("lie in shared memory", () => {
    const { ends, termIds, counts, positions, lengths } = new LiveTerms().snapshot();
    for (const numbers of [ends, termIds, counts, positions, lengths])
      assert.ok(numbers.buffer instanceof SharedArrayBuffer);
  });

  it("leave snapshots as they were while they grow far beyond their first buffers", () => {
    const live = new LiveTerms();
    live.append(packTerms(toPassageTerms(["a", "b"])));
    live.append(packTerms(toPassageTerms(["b"])));
    const snapshot = live.snapshot();
    const ids = idsOf(live, "b");
    const before = gatherLivePostings(snapshot, ids);
    const words = Array.from({ length: 40 }, (_, i) => `new${i}`);
    for (let i = 0; i < 3000; i += 1)
      live.append(packTerms(toPassageTerms([...words, "new", "b"])));
    assert.deepEqual(gatherLivePostings(snapshot, ids), before);
    assert.equal(snapshot.ordinalCount, 2);
    assert.deepEqual(
      ["b", "new"].map((term) => gather(live, term)?.ordinals.length),
      [3002, 3000],
    );
  });
});

function clause(kind: "term" | "prefix", text: string) {
  return { kind, utf8: Buffer.from(text), frequency: 1 };
}

function idsOf(live: LiveTerms, term: string): Set<number> {
  const { clauses } = live.resolve({ clauses: [clause("term", term)], phrases: [], quorums: [] });
  return new Set(clauses[0]);
}

function gather(live: LiveTerms, term: string): LivePostings | undefined {
  return [...gatherLivePostings(live.snapshot(), idsOf(live, term)).values()][0];
}
