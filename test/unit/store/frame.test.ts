import assert from "node:assert/strict";

import { crc32c } from "@node-rs/crc32";
import fc from "fast-check";

import { FORMAT_VERSION, valueKinds } from "../../../src/store/format.js";
import { checksumBlockBytes, frame, unframe } from "../../../src/store/frame.js";
import { hasReason } from "../../support/errors.js";

const kind = valueKinds.document;

/** Payloads of some bytes, and of bytes around the end of a checksum's block. */
const anyPayload = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  fc
    .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 2 }), fc.nat(255))
    .map(([more, blocks, byte]) => new Uint8Array(blocks * checksumBlockBytes + more).fill(byte)),
);

describe("frame", () => {
  it("gives the payload back", () => {
    fc.assert(
      fc.property(anyPayload, fc.constantFrom(...Object.values(valueKinds)), (payload, anyKind) => {
        const back = unframe(anyKind, frame(anyKind, payload), { what: "value" });
        assert.equal(Buffer.compare(back, payload), 0);
      }),
    );
  });

  it("uses CRC32C, not another CRC-32", () => {
    // RFC 3720, appendix B.4: 32 bytes of zeros.
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
    assert.equal(frame(kind, Buffer.alloc(32)).readUInt32LE(16), 0x8a9136aa);
  });

  it("notices every flipped bit, or it is one that means nothing", () => {
    fc.assert(
      fc.property(anyPayload, fc.nat(), (payload, seed) => {
        const framed = frame(kind, payload);
        // The header is a small target in a large value: half of the flips go there.
        const bit = seed % (8 * (seed % 2 === 0 ? Math.min(32, framed.length) : framed.length));
        framed[bit >>> 3]! ^= 1 << (bit & 7);
        let back;
        try {
          back = unframe(kind, framed, { what: "value" });
        } catch (error) {
          hasReason("DATA_CORRUPT")(error);
          return;
        }
        assert.equal(Buffer.compare(back, payload), 0);
      }),
      { numRuns: 2000 },
    );
  });

  it("notices each single flipped bit of a small value", () => {
    const payload = Buffer.from("nine bytes and some more");
    const framed = frame(kind, payload);
    const padding = [20, 21, 22, 23];
    for (let bit = 0; bit < 8 * framed.length; bit += 1) {
      const damaged = Buffer.from(framed);
      damaged[bit >>> 3]! ^= 1 << (bit & 7);
      if (padding.includes(bit >>> 3))
        assert.deepEqual(unframe(kind, damaged, { what: "value" }), payload);
      else
        assert.throws(() => unframe(kind, damaged, { what: "value" }), hasReason("DATA_CORRUPT"));
    }
  });

  it("notices bytes cut off and bytes added, and names the value", () => {
    fc.assert(
      fc.property(anyPayload, fc.integer({ min: 1, max: 40 }), (payload, count) => {
        const framed = frame(kind, payload);
        const shorter = framed.subarray(0, Math.max(0, framed.length - count));
        const longer = Buffer.concat([framed, Buffer.alloc(count)]);
        for (const wrong of [shorter, longer])
          assert.throws(
            () => unframe(kind, wrong, { what: 'document "a"' }),
            hasReason("DATA_CORRUPT", /^document "a" is damaged/),
          );
      }),
    );
  });

  it("says where in a large value the damage is", () => {
    const framed = frame(kind, new Uint8Array(3 * checksumBlockBytes));
    framed[framed.length - checksumBlockBytes - 1]! ^= 1;
    assert.throws(
      () => unframe(kind, framed, { what: "value" }),
      hasReason("DATA_CORRUPT", /from 65536 do/),
    );
  });

  it("does not take a value of another kind", () => {
    const framed = frame(valueKinds.journalPassage, Buffer.from("passage"));
    assert.throws(
      () => unframe(kind, framed, { what: "value" }),
      hasReason("DATA_CORRUPT", /of another kind/),
    );
  });

  it("does not believe a value under another key, or takes it under any if it was bound to none", () => {
    fc.assert(
      fc.property(anyPayload, fc.string(), fc.string(), (payload, key, other) => {
        const name = { what: "value", key };
        const bound = frame(kind, payload, { key });
        assert.equal(Buffer.compare(unframe(kind, bound, name), payload), 0);
        assert.equal(Buffer.compare(unframe(kind, frame(kind, payload), name), payload), 0);
        fc.pre(key !== other);
        const elsewhere = { what: "value", key: other };
        assert.throws(() => unframe(kind, bound, elsewhere), hasReason("DATA_CORRUPT", /its key/));
      }),
    );
  });

  it("tells a newer version from damage", () => {
    const framed = frame(kind, Buffer.from("from the future"));
    framed.writeUInt8(FORMAT_VERSION + 1, 4);
    framed.writeUInt32LE(crc32c(framed.subarray(0, 12)), 12);
    assert.throws(
      () => unframe(kind, framed, { what: "manifest" }),
      hasReason("DATA_FORMAT_NEWER", /manifest has format version/),
    );
  });
});
