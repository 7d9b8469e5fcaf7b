// Values are counted outside of texts only, wherever a body is cut into pieces.

import assert from "node:assert/strict";
import fc from "fast-check";

import { createJsonScan } from "../../../src/http/json-scan.js";

/** Commas, lists and objects of the text, one byte at a time. */
function countPlainly(text: Buffer): number {
  let [count, isInText, isEscaped] = [0, false, false];
  for (const byte of text) {
    const character = String.fromCharCode(byte);
    if (isEscaped) isEscaped = false;
    else if (isInText && character === "\\") isEscaped = true;
    else if (character === '"') isInText = !isInText;
    else if (!isInText && "[{,".includes(character)) count += 1;
  }
  return count;
}

describe("the scan of a body", () => {
  it("counts as one byte after the other would, in pieces of any size", () => {
    const body = fc
      .json({ maxDepth: 4 })
      .chain((text) => fc.constantFrom(text, `[${JSON.stringify(text)},"\\\\\\"",1]`));
    fc.assert(
      fc.property(body, fc.integer({ min: 1, max: 7 }), (text, size) => {
        const bytes = Buffer.from(text);
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        const count = countPlainly(bytes);
        const within = createJsonScan(count);
        for (const piece of pieces) within.add(piece);
        if (count === 0) return;
        const beyond = createJsonScan(count - 1);
        assert.throws(() => pieces.forEach((piece) => beyond.add(piece)), {
          reason: "LIMIT_EXCEEDED",
        });
      }),
    );
  });
});
