// Messages come in pieces of any size, and are whole again whatever the pieces are.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { SluiceError } from "../../../src/core/errors.js";
import { createArrivals } from "../../../src/rpc/request-arrivals.js";
import type { Arrivals } from "../../../src/rpc/request-arrivals.js";
import { framed } from "../../support/raw-grpc.js";

describe("messages of a request", () => {
  const refused: SluiceError[] = [];
  let arrivals: Arrivals;
  beforeEach(() => {
    refused.length = 0;
    const refuse = (error: SluiceError): number => refused.push(error);
    arrivals = createArrivals({ bytesMax: 4 * 1024 * 1024, stallMs: 60_000, refuse });
  });
  afterEach(() => arrivals.end());

  it("are what was sent, however it is cut", () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(bodies, fc.integer({ min: 1, max: 30 }), (sent, pieceBytes) => {
        const messages = sent.map((body) => framed(Buffer.from(body)));
        const stream = Buffer.concat(messages);
        const received: Buffer[] = [];
        for (let at = 0; at < stream.length; at += pieceBytes)
          received.push(...arrivals.receive(stream.subarray(at, at + pieceBytes)));
        assert.deepEqual(received, messages);
      }),
    );
  });

  it("are what was sent when they are large", () => {
    const body = Buffer.alloc(3 * 1024 * 1024 + 7);
    for (let i = 0; i < body.length; i += 1) body[i] = i * 31 + (i >> 8);
    const stream = Buffer.concat([framed(body), framed(Buffer.from("after it"))]);
    const received: Buffer[] = [];
    for (let at = 0; at < stream.length; at += 16_384)
      received.push(...arrivals.receive(stream.subarray(at, at + 16_384)));
    assert.ok(received[0]?.equals(framed(body)));
    assert.ok(received[1]?.equals(framed(Buffer.from("after it"))));
  });

  it("are refused by their head when they are too large", () => {
    const head = Buffer.from([0, 0, 0x40, 0, 1]);
    assert.deepEqual(arrivals.receive(head), []);
    assert.equal(refused[0]?.reason, "LIMIT_EXCEEDED");
  });
});
