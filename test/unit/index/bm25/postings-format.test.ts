import assert from "node:assert/strict";

import { aligned, numbersAt, numbersBytes } from "../../../../src/index/bm25/postings-format.js";
import { toPassageTerms, writeTerms } from "../../../support/passages.js";

describe("the postings format", () => {
  it("pads to 8 bytes", () => {
    assert.deepEqual([0, 1, 8, 9].map(aligned), [0, 8, 8, 16]);
    assert.deepEqual([0, 1, 2, 3].map(numbersBytes), [0, 8, 8, 16]);
  });

  it("views numbers in place", () => {
    const bytes = new Uint8Array(24).subarray(8);
    numbersAt(bytes, 4, 2).set([0x01020304, 5]);
    assert.deepEqual([...bytes.subarray(4, 12)], [4, 3, 2, 1, 5, 0, 0, 0]);
  });

  it("is the documented layout, byte by byte", () => {
    const sections = writeTerms([toPassageTerms(["b", "a", "b"]), toPassageTerms(["bc"])]);
    const u32 = (bytes: Uint8Array): number[] => [...new Uint32Array(bytes.slice().buffer)];
    const text = Buffer.from("abbc").readUInt32LE();
    const hashTable = [0, 0, 3, 0, 1, 2, 0, 0];
    assert.deepEqual(u32(sections.terms), [
      ...[2, 3, 4, 3, 3, 8, 4, 0],
      ...[0, 1, 2, 4, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 3, 4],
      ...[...hashTable, text, 0],
    ]);
    assert.deepEqual(u32(sections.postings), [2, 3, 0, 0, 0, 0, 1, 0, 1, 2, 1, 0]);
    const blocks = [
      [0, 0, 0],
      [0, 0, 0],
      [1, 2, 1],
      [3, 3, 1],
    ];
    assert.deepEqual(u32(sections.blocks), [2, 3, 0, 0, ...blocks.flatMap((list) => [...list, 0])]);
    assert.deepEqual(u32(sections.positions), [2, 4, 0, 0, 0x00020001, 0]);
    assert.deepEqual(u32(sections.lengths), [2, 2, 4, 0, 3, 1]);
  });
});
