import assert from "node:assert/strict";

import { toSequence } from "../../../src/core/ids.js";
import { packTerms } from "../../../src/analysis/term-frequencies.js";
import { AssertionError } from "../../../src/core/assert.js";
import { countedPin, flushedEntry, sumTotals } from "../../../src/index/generation.js";
import { openFlushedSegment } from "../../../src/index/flushed-segment.js";
import { writeSegment } from "../../../src/index/segment-writer.js";
import { openLmdbStore } from "../../../src/store/lmdb-store.js";
import { emptyManifest } from "../../support/stored-values.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";
import { toPassageTerms } from "../../support/passages.js";

describe("countedPin", () => {
  it("lets the documents go with the last holder, and not before", () =>
    withTemporaryFolder(async (folder) => {
      const store = openLmdbStore(folder);
      await store.commit({ manifest: emptyManifest });
      const documents = store.pin();
      const pin = countedPin(() => documents.release());
      pin.acquire();
      pin.acquire();
      pin.release();
      pin.release();
      assert.equal(documents.readDocument("a"), undefined);
      pin.release();
      assert.throws(() => documents.readDocument("a"), AssertionError);
      assert.throws(() => pin.acquire(), AssertionError);
      assert.throws(() => pin.release(), AssertionError);
      await store.close();
    }));
});

describe("totals", () => {
  const passages = Array.from({ length: 20 }, (_, i) => ({
    sequence: toSequence(i + 1),
    key: `${i}`,
    passageNumber: 0,
    span: { start: 0, end: 1 },
    tokenCount: i,
    codes: new Uint8Array(4 * i),
    sketch: new Uint8Array(4),
    fields: new Map(),
    terms: packTerms(toPassageTerms(Array<string>(2 * i + 1).fill("t"))),
  }));
  const segment = openFlushedSegment(1, writeSegment(passages), { codes: 4 });

  it("count what is not deleted", () => {
    const all = flushedEntry(segment, undefined);
    assert.deepEqual(all.totals, { passageCount: 20, lengthTotal: 400, tokenCount: 190 });
    const tombstones = new SharedArrayBuffer(3);
    // Passages 0, 9 and 19.
    new Uint8Array(tombstones).set([1, 2, 8]);
    const some = flushedEntry(segment, tombstones);
    assert.deepEqual(some.totals, {
      passageCount: 17,
      lengthTotal: 400 - 1 - 19 - 39,
      tokenCount: 190 - 0 - 9 - 19,
    });
    assert.deepEqual(sumTotals([all, some]), {
      passageCount: 37,
      lengthTotal: 741,
      tokenCount: 352,
    });
    assert.deepEqual(sumTotals([]), { passageCount: 0, lengthTotal: 0, tokenCount: 0 });
  });
});
