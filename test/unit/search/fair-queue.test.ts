// Whose turn it is: priorities, clients in turn, a share for batches.

import assert from "node:assert/strict";
import fc from "fast-check";

import { FairQueue } from "../../../src/search/fair-queue.js";

type Of = Parameters<FairQueue<string>["add"]>[1];
const normal = (client: string): Of => ({ priority: "normal", peer: "p", client });

function takeAll(queue: FairQueue<string>): string[] {
  const taken: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
}

describe("the queue of searches", () => {
  it("lets clients take turns, however much one of them sends", () => {
    const queue = new FairQueue<string>();
    for (const item of ["a1", "a2", "a3", "a4"]) queue.add(item, normal("a"));
    for (const item of ["b1", "b2"]) queue.add(item, normal("b"));
    assert.equal(queue.sizeAhead(normal("c")), 2, "a third client waits for one of each");
    assert.equal(queue.sizeAhead(normal("b")), 5, "b waits behind its two, and three of a");
    assert.equal(queue.sizeAhead(normal("a")), 6, "a waits behind all");
    assert.deepEqual(takeAll(queue), ["a1", "b1", "a2", "b2", "a3", "a4"]);
    assert.equal(queue.size, 0);
  });

  it("lets peers take turns, under however many names one of them comes", () => {
    const queue = new FairQueue<string>();
    for (const i of [1, 2, 3, 4])
      queue.add(`p${i}`, { priority: "normal", peer: "p", client: `made up ${i}` });
    queue.add("q1", { priority: "normal", peer: "q", client: "" });
    queue.add("q2", { priority: "normal", peer: "q", client: "" });
    const newName = { priority: "normal", peer: "p", client: "another" } as const;
    assert.equal(queue.sizeAhead(newName), 6, "a new name waits behind all of its peer");
    assert.equal(queue.sizeAhead({ ...newName, peer: "r" }), 2, "a new peer behind one of each");
    assert.equal(queue.dropNewest("p"), "p4");
    assert.equal(queue.dropNewest("r"), undefined);
    assert.deepEqual(takeAll(queue), ["p1", "q1", "p2", "q2", "p3"]);
  });

  it("takes the urgent first, and batches now and then however many others wait", () => {
    const queue = new FairQueue<string>();
    for (let i = 0; i < 40; i += 1) queue.add("normal", normal("a"));
    for (let i = 0; i < 3; i += 1) queue.add("low", { priority: "low", peer: "p", client: "b" });
    queue.add("high", { priority: "high", peer: "p", client: "c" });
    assert.equal(
      queue.sizeAhead({ priority: "low", peer: "p", client: "d" }),
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
        peer: fc.constantFrom("p", "q"),
        client: fc.constantFrom("a", "b", "c"),
        leaves: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(adds, (entries) => {
        const queue = new FairQueue<number>();
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
        const lineOf = (i: number): string => JSON.stringify({ ...entries[i], leaves: false });
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
