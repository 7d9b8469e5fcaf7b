// Whose turn it is: priorities, clients in turn, a share for batches.

import assert from "node:assert/strict";
import fc from "fast-check";

import { createFairQueue } from "../../../src/search/fair-queue.js";
import type { FairQueue } from "../../../src/search/fair-queue.js";

type Of = Parameters<FairQueue<string>["add"]>[1];
const normal = (client: string): Of => ({ priority: "normal", client });

function takeAll(queue: FairQueue<string>): string[] {
  const taken: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
}

describe("the queue of searches", () => {
  it("lets clients take turns, however much one of them sends", () => {
    const queue = createFairQueue<string>();
    for (const item of ["a1", "a2", "a3", "a4"]) queue.add(item, normal("a"));
    for (const item of ["b1", "b2"]) queue.add(item, normal("b"));
    assert.equal(queue.sizeAhead(normal("c")), 2, "a third client waits for one of each");
    assert.equal(queue.sizeAhead(normal("b")), 5, "b waits behind its two, and three of a");
    assert.equal(queue.sizeAhead(normal("a")), 6, "a waits behind all");
    assert.deepEqual(takeAll(queue), ["a1", "b1", "a2", "b2", "a3", "a4"]);
    assert.equal(queue.size, 0);
  });

  it("takes the urgent first, and batches now and then however many others wait", () => {
    const queue = createFairQueue<string>();
    for (let i = 0; i < 40; i += 1) queue.add("normal", normal("a"));
    for (let i = 0; i < 3; i += 1) queue.add("low", { priority: "low", client: "b" });
    queue.add("high", { priority: "high", client: "c" });
    assert.equal(
      queue.sizeAhead({ priority: "low", client: "d" }),
      31,
      "one of client b, and 15 others before each",
    );
    const taken = takeAll(queue);
    assert.equal(taken[0], "high");
    assert.deepEqual([taken.indexOf("low"), taken.indexOf("low", 16)], [15, 31]);
  });

  it("keeps the order of each client, and forgets what is taken out", () => {
    const adds = fc.array(
      fc.record({
        priority: fc.constantFrom("high" as const, "normal" as const, "low" as const),
        client: fc.constantFrom("a", "b", "c"),
        leaves: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(adds, (entries) => {
        const queue = createFairQueue<number>();
        const removals = entries.map((entry, i) => queue.add(i, entry));
        for (const [i, { leaves }] of entries.entries()) {
          if (!leaves) continue;
          removals[i]!();
          removals[i]!();
        }
        const staying = entries.flatMap(({ leaves }, i) => (leaves ? [] : [i]));
        assert.equal(queue.size, staying.length);
        const taken: number[] = [];
        for (let i = queue.take(); i !== undefined; i = queue.take()) taken.push(i);
        const lineOf = (i: number): string => `${entries[i]?.priority} ${entries[i]?.client}`;
        for (const line of new Set(staying.map(lineOf)))
          assert.deepEqual(
            taken.filter((i) => lineOf(i) === line),
            staying.filter((i) => lineOf(i) === line),
          );
        assert.equal(taken.length, staying.length);
        assert.deepEqual(queue.sizes(), { high: 0, normal: 0, low: 0 });
      }),
    );
  });
});
