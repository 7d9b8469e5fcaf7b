// Caches of answers and of query rows: whatever is written between searches, a cached answer is the
// one that a search would give now.

import assert from "node:assert/strict";
import { join } from "node:path";

import fc from "fast-check";

import { createLruCache } from "../../src/core/lru-cache.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { finalOf } from "../support/notes.js";

const texts = [
  "Bees dance to tell where flowers are.",
  "Ice floats, for it is lighter than water.",
  "A weir raises the level of a river.",
  "Honey keeps for years.",
  "Boats pass a weir through a lock.",
];
const questions = ["why do bees dance", "what floats on water", "how do boats pass"];

type Operation =
  | { readonly kind: "put"; readonly key: string; readonly text: number }
  | { readonly kind: "delete"; readonly key: string }
  | { readonly kind: "optimize" }
  | {
      readonly kind: "search";
      readonly question: number;
      readonly k: number;
      readonly title: boolean;
    };

const anyKey = fc.constantFrom("a", "b", "c", "d");
const anySearch = fc.record({
  kind: fc.constant("search" as const),
  question: fc.nat(questions.length - 1),
  k: fc.constantFrom(2, 3),
  title: fc.boolean(),
});
const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("put" as const), key: anyKey, text: fc.nat(4) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), key: anyKey }) },
  { weight: 1, arbitrary: fc.constant({ kind: "optimize" as const }) },
  { weight: 6, arbitrary: anySearch },
);

describe("cached answers", () => {
  const folder = useTemporaryFolder();

  it("are those of a search without caches, with writes between", async () => {
    const caching = await openInlineEngine(join(folder(), "a"), { cacheBytes: 2 ** 20 });
    const plain = await openInlineEngine(join(folder(), "b"));
    const engines = [caching.api, plain.api];
    for (const api of engines) await api.createCollection({ name: "prose", ifNotExists: false });
    await fc.assert(
      fc.asyncProperty(fc.array(anyOperation, { minLength: 10, maxLength: 25 }), async (steps) => {
        for (const step of steps) {
          const [cached, expected] = await Promise.all(engines.map((api) => run(api, step)));
          assert.deepEqual(cached, expected);
          // At once again, and now from the caches.
          if (step.kind === "search") assert.deepEqual(await run(caching.api, step), expected);
        }
      }),
      { numRuns: 12 },
    );
    const { answers, rows } = caching.caches;
    assert.ok(answers.stats().hits > 10, JSON.stringify(answers.stats()));
    assert.ok(rows.stats().hits > 0, JSON.stringify(rows.stats()));
    await caching.close();
    await plain.close();
  });
});

async function readAll(job: AsyncGenerator): Promise<undefined> {
  while ((await job.next()).done !== true);
  return undefined;
}

/** What is found, without what depends on time. */
async function run(api: EngineApi, step: Operation): Promise<unknown> {
  switch (step.kind) {
    case "put":
      await api.put("prose", {
        ...step,
        title: step.key,
        text: texts[step.text]!,
        fields: new Map(),
      });
      return undefined;
    case "delete":
      await api.delete("prose", [step.key]);
      return undefined;
    case "optimize":
      return readAll(api.optimize("prose", { isFull: true, signal: new AbortController().signal }));
    case "search": {
      const payload = {
        mode: "every_update",
        title: step.title,
        text: true,
        fields: true,
      } as const;
      const text = questions[step.question]!;
      const asked = { collection: "prose", text, k: step.k, payload };
      const { hits, stage, certificate, coverage }: SearchUpdate = await finalOf(api, asked);
      return { hits, stage, certificate, coverage };
    }
  }
}

describe("createLruCache", () => {
  it("keeps what was used last, within its bound", () => {
    const anyUse = fc.record({ key: fc.constantFrom("a", "b", "c", "d"), bytes: fc.nat(12) });
    fc.assert(
      fc.property(fc.array(anyUse), (uses) => {
        const cache = createLruCache<number>(20);
        let model: { key: string; value: number; bytes: number }[] = [];
        for (const [value, { key, bytes }] of uses.entries()) {
          const known = model.find((entry) => entry.key === key);
          assert.equal(cache.get(key), known?.value);
          model = model.filter((entry) => entry !== known);
          model.push({ key, value, bytes });
          cache.set(key, value, bytes);
          while (model.reduce((sum, entry) => sum + entry.bytes, 0) > 20) model.shift();
          const { entries, bytes: kept } = cache.stats();
          assert.equal(entries, model.length);
          assert.equal(
            kept,
            model.reduce((sum, entry) => sum + entry.bytes, 0),
          );
        }
      }),
    );
  });

  it("keeps nothing that is larger than its bound, and nothing at all with none", () => {
    const cache = createLruCache<string>(10);
    cache.set("a", "small", 4);
    cache.set("b", "large", 11);
    assert.deepEqual([cache.get("a"), cache.get("b")], ["small", undefined]);
    const none = createLruCache<string>(0);
    none.set("a", "small", 1);
    assert.equal(none.get("a"), undefined);
    assert.deepEqual(cache.stats(), { hits: 1, misses: 1, entries: 1, bytes: 4 });
  });
});
