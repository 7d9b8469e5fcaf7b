import assert from "node:assert/strict";

import fc from "fast-check";

import { createLiveTerms, gatherLivePostings } from "../../../../src/index/bm25/live-terms.js";
import { openPostings } from "../../../../src/index/bm25/postings-reader.js";
import { writePostings } from "../../../../src/index/bm25/postings-writer.js";
import { anyPassage, toPassageTerms, vocabulary } from "../../../support/passages.js";

describe("live terms", () => {
  it("count what was appended", () => {
    fc.assert(
      fc.property(fc.array(anyPassage, { maxLength: 30 }), (passages) => {
        const live = createLiveTerms();
        assert.deepEqual(
          passages.map((passage) => live.append(passage)),
          [...passages.keys()],
        );
        assert.equal(live.rowCount, passages.length);
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
        const live = createLiveTerms();
        for (const passage of passages) live.append(passage);
        const reader = openPostings(writePostings(passages));
        const terms = [...vocabulary, "absent"];
        const gathered = gatherLivePostings(live.snapshot(), live.resolve(terms));
        assert.deepEqual(
          gathered,
          terms.map((term) => reader.find(Buffer.from(term))),
        );
      }),
    );
  });

  it("cross to a worker without copying", () => {
    const live = createLiveTerms();
    const snapshot = live.snapshot();
    const received = structuredClone(snapshot);
    live.append(toPassageTerms(["a", "a"]));
    const ids = live.resolve(["a"]);
    assert.deepEqual(gatherLivePostings(received, ids), [undefined]);
    const [postings] = gatherLivePostings({ ...received, rowCount: 1 }, ids);
    assert.deepEqual([...(postings?.counts ?? [])], [2]);
  });

  it("lie in shared memory", () => {
    const { ends, termIds, counts, lengths } = createLiveTerms().snapshot();
    for (const numbers of [ends, termIds, counts, lengths]) {
      assert.ok(numbers.buffer instanceof SharedArrayBuffer);
    }
  });

  it("leave snapshots as they were while they grow far beyond their first buffers", () => {
    const live = createLiveTerms();
    live.append(toPassageTerms(["a", "b"]));
    live.append(toPassageTerms(["b"]));
    const snapshot = live.snapshot();
    const ids = live.resolve(["b", "new"]);
    const before = gatherLivePostings(snapshot, ids);
    const words = Array.from({ length: 40 }, (_, i) => `new${i}`);
    for (let i = 0; i < 3000; i += 1) live.append(toPassageTerms([...words, "new", "b"]));
    assert.deepEqual(gatherLivePostings(snapshot, ids), before);
    assert.equal(snapshot.rowCount, 2);
    const [b, fresh] = gatherLivePostings(live.snapshot(), live.resolve(["b", "new"]));
    assert.deepEqual([b?.documentFrequency, fresh?.documentFrequency], [3002, 3000]);
  });
});
