// The windows of a long query keep each of its ids once, in order.

import assert from "node:assert/strict";
import fc from "fast-check";
import { queryWindows } from "../../../src/encoders/query-windows.js";

describe("queryWindows", () => {
  it("fit the model, and keep the ids of the query in their order", () => {
    const sizes = fc.record({
      textCount: fc.integer({ min: 0, max: 600 }),
      before: fc.integer({ min: 0, max: 5 }),
      after: fc.integer({ min: 0, max: 2 }),
      idCountMax: fc.integer({ min: 8, max: 512 }),
    });
    fc.assert(
      fc.property(sizes, ({ textCount, before, after, idCountMax }) => {
        const ids = Int32Array.from({ length: before + textCount + after }, (_, i) => i);
        const windows = queryWindows({ ids, before, after }, idCountMax);
        for (const window of windows) assert.ok(window.ids.length <= idCountMax);
        const kept = windows.flatMap((window) => [
          ...window.ids.subarray(window.keptFrom, window.keptTo),
        ]);
        assert.deepEqual(kept, [...ids]);
        const fewest = Math.ceil(textCount / (idCountMax - before - after));
        assert.ok(windows.length <= Math.max(1, fewest));
      }),
    );
  });
});
