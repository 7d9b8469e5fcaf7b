// Many collections of which few may be open: whatever is asked at the same time, answers are those of
// an engine that keeps all of them open.

import assert from "node:assert/strict";
import { join } from "node:path";

import fc from "fast-check";

import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { finalOf } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 83, count: 12, dim });
const queries = seededQueries({ seed: 83, count: 3, dim });
const names = ["a", "b", "c", "d", "e", "f"];

type Operation =
  | { readonly kind: "put" | "delete"; readonly document: number }
  | { readonly kind: "search"; readonly query: number }
  | { readonly kind: "optimize" | "feedback" | "describe" | "list" | "recreate" };

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("put" as const), document: fc.nat(11) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("delete" as const), document: fc.nat(11) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("search" as const), query: fc.nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("optimize", "feedback", "describe", "list", "recreate"),
    }),
  },
);
/** Operations of each collection, one after another; those of different collections at the same time. */
const anyRound = fc.array(fc.array(anyOperation, { minLength: 1, maxLength: 3 }), {
  minLength: names.length,
  maxLength: names.length,
});

describe("collections that are opened and closed all the time", () => {
  const folder = useTemporaryFolder();

  it("answer as those that stay open", async () => {
    const tight = await openInlineEngine(join(folder(), "tight"), {
      collections: { openMax: 2, idleMs: 100 },
      flushBytes: 100,
      cacheBytes: 2 ** 20,
    });
    const roomy = await openInlineEngine(join(folder(), "roomy"), { flushBytes: 100 });
    for (const name of names)
      for (const { api } of [tight, roomy])
        await api.createCollection({ name, dim, ifNotExists: false });
    await fc.assert(
      fc.asyncProperty(fc.array(anyRound, { minLength: 2, maxLength: 4 }), async (rounds) => {
        for (const round of rounds) {
          const [found, expected] = await Promise.all(
            [tight, roomy].map(({ api }) =>
              Promise.all(round.map((operations, i) => runAll(api, names[i]!, operations))),
            ),
          );
          assert.deepEqual(found, expected);
          assert.ok(tight.collections.counts().open <= 2);
        }
      }),
      { numRuns: 8 },
    );
    await tight.close();
    await roomy.close();
  });
});

async function runAll(
  api: EngineApi,
  name: string,
  operations: readonly Operation[],
): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const operation of operations) results.push(await run(api, name, operation));
  return results;
}

async function run(api: EngineApi, name: string, operation: Operation): Promise<unknown> {
  switch (operation.kind) {
    case "put":
      return api.put(name, documents[operation.document]!);
    case "delete":
      return api.delete(name, [documents[operation.document]!.key]);
    case "search": {
      const final = await finalOf(api, { ...queries[operation.query]!, collection: name });
      return final.hits.map(({ key, score }) => [key, score]);
    }
    case "optimize": {
      const { signal } = new AbortController();
      let last: unknown;
      for await (const progress of api.optimize(name, { isFull: false, signal })) last = progress;
      assert.ok(last !== undefined);
      return undefined;
    }
    case "feedback": {
      const { key } = documents[0]!;
      return api.sendFeedback(name, {
        eventId: "",
        key,
        kind: "click",
        queryText: "",
        rank: 1,
        dwellMs: 0,
        generation: 0,
      });
    }
    case "describe": {
      const { documentCount, passageCount, tokenCount, lastSequence } =
        api.describeCollection(name);
      return [documentCount, passageCount, tokenCount, lastSequence];
    }
    case "list":
      return api.list(name, { pageSize: 5 });
    case "recreate":
      await api.dropCollection(name);
      return api.createCollection({ name, dim, ifNotExists: false });
  }
}
