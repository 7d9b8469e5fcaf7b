import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";

import { batchStarts, runInOrder } from "../../../src/core/in-order.js";

describe("runInOrder", () => {
  it("yields results in the order of the inputs, whichever ends first", async () => {
    const results: number[] = [];
    const later = [30, 0, 10, 5];
    const run = async (turns: number): Promise<number> => {
      for (let left = turns; left > 0; left -= 1) await nextTurn();
      return turns;
    };
    for (const result of runInOrder(later, 3, run)) results.push(await result);
    assert.deepEqual(results, later);
  });

  it("starts no more than there is room for", async () => {
    let running = 0;
    let runningMax = 0;
    const run = async (): Promise<void> => {
      running += 1;
      runningMax = Math.max(runningMax, running);
      await nextTurn();
      running -= 1;
    };
    for (const inFlightMax of [1, 4]) {
      runningMax = 0;
      for (const result of runInOrder(Array(20).keys(), inFlightMax, run)) await result;
      assert.equal(runningMax, inFlightMax);
    }
  });

  it("starts nothing more after the caller stopped, and what was started may fail", async () => {
    const started: number[] = [];
    const run = async (input: number): Promise<void> => {
      started.push(input);
      await nextTurn();
      throw new Error(`input ${input} failed`);
    };
    const results = runInOrder(Array(20).keys(), 2, run);
    const { value } = results.next();
    results.return();
    await assert.rejects(value ?? Promise.resolve(), { message: "input 0 failed" });
    await nextTurn();
    assert.deepEqual(started, [0, 1]);
  });
});

describe("batchStarts", () => {
  it("covers every item once, the last batch being what is left", () => {
    assert.deepEqual([...batchStarts(7, 3)], [0, 3, 6]);
    assert.deepEqual([...batchStarts(6, 3)], [0, 3]);
    assert.deepEqual([...batchStarts(0, 3)], []);
  });
});
