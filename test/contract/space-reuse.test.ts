// A collection whose every document is replaced again and again does not grow without bound.

import assert from "node:assert/strict";

import { createPrng } from "../../src/core/prng.js";
import { closeCollection } from "../../src/index/collection.js";
import { CollectionWriter } from "../../src/ingest/collection-writer.js";
import type { PutOperation } from "../../src/ingest/write-operations.js";
import { openSmallCollection, seededPut } from "../support/collections.js";
import { contentsOf, readContents } from "../support/generation-contents.js";
import { withTemporaryFolder } from "../support/temporary-folder.js";

const documentCount = 4000;
const rowsPerPassage = 1500;
const rounds = 10;

/** One passage of 6 KB of codes. */
function largePut(key: string, version: number): PutOperation {
  const put = seededPut(key, version);
  const codes = new Uint8Array(4 * rowsPerPassage).fill(version);
  const [passage] = put.passages;
  assert.ok(passage !== undefined);
  return { ...put, passages: [{ ...passage, tokenCount: rowsPerPassage, codes }] };
}

function shuffled(count: number, seed: number): number[] {
  const prng = createPrng(seed);
  const numbers = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = prng.nextUint32() % (i + 1);
    [numbers[i], numbers[j]] = [numbers[j] ?? 0, numbers[i] ?? 0];
  }
  return numbers;
}

describe("a collection that is replaced ten times over", () => {
  it("takes at most 2.2 times the bytes of its live data", () => {
    return withTemporaryFolder(async (folder) => {
      const owner = await openSmallCollection(folder);
      const collection = owner.view;
      // The largest segment holds a twelfth of the data, as with 800 MB and the server's sizes.
      const writer = new CollectionWriter(owner, {
        flushBytes: 128 * 1024,
        segmentBytesMax: 2 * 1024 * 1024,
      });
      const last = new Map<string, PutOperation>();
      let version = 0;
      for (let round = 0; round <= rounds; round += 1) {
        const order = shuffled(documentCount, round);
        for (let i = 0; i < order.length; i += 64) {
          const puts = order.slice(i, i + 64).map((n) => largePut(`key ${n}`, (version += 1)));
          await Promise.all(puts.map((put) => writer.write(put)));
          for (const put of puts) last.set(put.key, put);
        }
      }
      await writer.settle();
      const { live, store, flushed, generation } = collection;
      let bytes = live.codeBytes;
      for (const { segment, entry } of flushed.values()) {
        const { tables, codes, ordinalCount } = segment;
        const share = entry.totals.passageCount / ordinalCount;
        bytes += share * (tables.byteLength + codes.byteLength);
      }
      for (const { title, text } of last.values()) bytes += title.length + text.length;
      const ratio = store.diskBytes() / bytes;
      assert.ok(ratio <= 2.2, `${ratio.toFixed(2)} times the live data`);
      assert.deepEqual(readContents(generation), contentsOf(last.values()));
      await writer.close();
      await closeCollection(collection);
    });
  });
});
