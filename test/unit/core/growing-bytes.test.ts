import assert from "node:assert/strict";

import fc from "fast-check";

import { createGrowingBytes } from "../../../src/core/growing-bytes.js";

describe("createGrowingBytes", () => {
  it("holds what was appended, whatever room was reserved", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.array(fc.uint8Array({ maxLength: 30 })), (capacity, pieces) => {
        const growing = createGrowingBytes(capacity);
        for (const piece of pieces) growing.append(piece);
        const all = Buffer.concat(pieces);
        assert.equal(growing.length, all.length);
        const held = new Uint8Array(growing.buffer(), 0, growing.length);
        assert.equal(Buffer.compare(held, all), 0);
      }),
    );
  });

  it("leaves every earlier buffer as it was, up to its length of then", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.array(fc.uint8Array({ maxLength: 30 })), (capacity, pieces) => {
        const growing = createGrowingBytes(capacity);
        const snapshots = pieces.map((piece) => {
          growing.append(piece);
          return { buffer: growing.buffer(), length: growing.length };
        });
        const all = Buffer.concat(pieces);
        for (const { buffer, length } of snapshots) {
          const bytes = new Uint8Array(buffer, 0, length);
          assert.equal(Buffer.compare(bytes, all.subarray(0, length)), 0);
        }
      }),
    );
  });

  it("copies what is appended, so that the source may be used again", () => {
    const growing = createGrowingBytes(8);
    const source = Uint8Array.of(1, 2, 3);
    growing.append(source);
    source.fill(9);
    assert.deepEqual(new Uint8Array(growing.buffer(), 0, 3), Uint8Array.of(1, 2, 3));
  });

  it("moves to a larger buffer a few times only", () => {
    const growing = createGrowingBytes(1);
    const buffers = new Set<SharedArrayBuffer>();
    for (let i = 0; i < 10_000; i += 1) {
      growing.append(Uint8Array.of(i));
      buffers.add(growing.buffer());
    }
    assert.ok(buffers.size <= 15, `${buffers.size} buffers`);
  });
});
