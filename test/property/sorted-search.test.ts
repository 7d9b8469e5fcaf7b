// A ranking that is sorted by a field is that of a plain sort of all documents that reach the score.

import assert from "node:assert/strict";
import fc from "fast-check";
import { compareKeys } from "../../src/core/document.js";
import type { Document, FieldValue } from "../../src/core/document.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { anyFields, fieldNames } from "../support/filters.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const plain = seededDocuments({ seed: 51, count: 150, dim });
const [query] = seededQueries({ seed: 51, count: 1, dim });
const documents: readonly Document[] = fc
  .sample(anyFields, { numRuns: plain.length, seed: 51 })
  .map((fields, i) => ({ ...plain[i]!, fields }));
const fieldsOf = new Map(documents.map(({ key, fields }) => [key, fields]));

type Sortable = string | number | bigint | boolean;

/** Kinds stand one after another; the values of one kind, lists by their least or greatest. */
function sortableOf(
  field: FieldValue | undefined,
  descending: boolean,
): { rank: number; value: Sortable } | undefined {
  if (field === undefined) return undefined;
  const rank = ["i", "f", "t", "k", "b"].indexOf(field.kind.charAt(0));
  const { value: held } = field;
  const values: Sortable[] = typeof held === "object" ? [...held] : [held];
  values.sort((a, b) => compareValues(a, b) * (descending ? -1 : 1));
  const [value] = values;
  return value === undefined ? undefined : { rank: Math.max(1, rank), value };
}

function compareValues(a: Sortable, b: Sortable): number {
  if (typeof a === "string") return Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
  return a < b ? -1 : a > b ? 1 : 0;
}

async function expected(
  api: EngineApi,
  { field, descending, minScore }: { field: string; descending: boolean; minScore: number },
): Promise<string[]> {
  const whole = await finalOf(api, { ...query!, k: 1000, exhaustive: true });
  const reaching = whole.hits.filter(({ score }) => score >= minScore).map(({ key }) => key);
  const valueOf = (key: string) => sortableOf(fieldsOf.get(key)?.get(field), descending);
  return reaching.sort((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    if (x === undefined || y === undefined)
      return Number(x === undefined) - Number(y === undefined) || compareKeys(a, b);
    const order = x.rank - y.rank || compareValues(x.value, y.value);
    return (descending ? -order : order) || compareKeys(a, b);
  });
}

describe("a ranking sorted by a field", () => {
  const folder = useTemporaryFolder();

  for (const [what, flushBytes] of [
    ["in live segments", 2 ** 23],
    ["in flushed and merged segments", 500],
  ] as const)
    it(`has all that reach the score, in order and by pages, ${what}`, async () => {
      const engine = await openInlineEngine(folder(), { flushBytes });
      try {
        await createNotes(engine.api, { dim });
        await putAll(engine.api, documents);
        const scores = await finalOf(engine.api, { ...query!, k: 1000 });
        const middle = scores.hits[60]!.score;
        for (const field of [...fieldNames, "nowhere"])
          for (const descending of [false, true])
            for (const minScore of [-10, middle, 1e6]) {
              const sortBy = { field, descending };
              const asked = { ...query!, sortBy, minScore };
              const keys = await expected(engine.api, { field, descending, minScore });
              const all = await finalOf(engine.api, { ...asked, k: 1000 });
              assert.deepEqual(
                all.hits.map(({ key }) => key),
                keys,
              );
              const page = await finalOf(engine.api, { ...asked, k: 7, offset: 5 });
              assert.deepEqual(page.hits, all.hits.slice(5, 12));
              assert.equal(all.certificate, "exact");
            }
      } finally {
        await engine.close();
      }
    });

  it("is of the candidates where not all are scored, and no exact lexical ranking", async () => {
    const search = { ...searchDefaults, exhaustiveBelowPassages: 0 };
    const engine = await openInlineEngine(folder(), { flushBytes: 3000, search });
    try {
      await createNotes(engine.api, { dim });
      await putAll(engine.api, documents);
      const pools = { sketchPoolSize: 30, lexicalPoolSize: 5, minUpdateIntervalMs: 0 };
      const sortBy = { field: "year", descending: true };
      const final = await finalOf(engine.api, { ...query!, ...pools, sortBy, k: 30 });
      assert.equal(final.certificate, "estimate");
      assert.equal(final.hits.length, 30);
      const refused = finalOf(engine.api, { ...query!, sortBy, dedupeField: "lang" });
      await assert.rejects(refused, hasReason("INVALID_FIELD"));
    } finally {
      await engine.close();
    }
  });
});
