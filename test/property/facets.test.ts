// Counts of documents and of the values of their fields, and pages of a ranking, are those of a plain
// computation over the documents that the filter lets through.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Facet, FacetValue } from "../../src/contract/search-update.js";
import { facetValueKinds } from "../../src/contract/search-update.js";
import { compareKeys } from "../../src/core/document.js";
import type { Document, Fields, FieldValue } from "../../src/core/document.js";
import type { Filter } from "../../src/core/filter.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { anyFields, anyFilter, fieldNames, keyOf, plainMatch } from "../support/filters.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { withScorePool } from "../support/score-pool.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const plain = seededDocuments({ seed: 41, count: 150, dim });
const [query] = seededQueries({ seed: 41, count: 1, dim });
const documents: readonly Document[] = fc
  .sample(anyFields, { numRuns: plain.length, seed: 41 })
  .map((fields, i) => ({ ...plain[i]!, key: keyOf(i), fields }));
const isKept = (i: number): boolean => i % 7 !== 3;
const kept = documents.filter((_, i) => isKept(i));
const filters = [undefined, ...fc.sample(anyFilter, { numRuns: 20, seed: 9 })];

async function fill(api: EngineApi): Promise<void> {
  await createNotes(api, { dim });
  await putAll(api, documents.map((document) => ({ ...document, fields: new Map() })).slice(0, 60));
  await putAll(api, documents);
  const dropped = documents.filter((_, i) => !isKept(i));
  await api.delete(
    "notes",
    dropped.map(({ key }) => key),
  );
}

const kindsOfLists = {
  keywords: "keyword",
  integers: "integer",
  floats: "float",
  times: "time",
} as const;

function namesOf(field: FieldValue): Omit<FacetValue, "count">[] {
  const { kind } = field;
  const nameOf = (value: string | number | bigint | boolean, of: FacetValue["kind"]) => {
    return { kind: of, value: of === "time" ? new Date(Number(value)).toISOString() : `${value}` };
  };
  if (!(kind in kindsOfLists)) return [nameOf(field.value as string, kind as FacetValue["kind"])];
  const values = new Set(field.value as Iterable<string | number | bigint>);
  return [...values].map((value) => nameOf(value, kindsOfLists[kind as "keywords"]));
}

function plainFacet(field: string, all: readonly Fields[], valueCount: number): Facet {
  const having = all.flatMap((fields) => fields.get(field) ?? []);
  const values: FacetValue[] = [];
  for (const name of having.flatMap(namesOf)) {
    const known = values.findIndex(({ kind, value }) => kind === name.kind && value === name.value);
    if (known < 0) values.push({ ...name, count: 1 });
    else values[known] = { ...name, count: values[known]!.count + 1 };
  }
  values.sort(
    (a, b) =>
      b.count - a.count ||
      facetValueKinds.indexOf(a.kind) - facetValueKinds.indexOf(b.kind) ||
      compareKeys(a.value, b.value),
  );
  return { field, values: values.slice(0, valueCount), documentCount: having.length, errorMax: 0 };
}

async function checkCounts(api: EngineApi, filter: Filter | undefined): Promise<void> {
  const eligible = kept
    .filter(({ key, fields }) => filter === undefined || plainMatch(filter, fields, key))
    .map(({ fields }) => fields);
  const facets = fieldNames.flatMap((field) => [
    { field, valueCount: 1000 },
    { field, valueCount: 2 },
    { field, valueCount: 1000, top: 30 },
  ]);
  facets.push({ field: "nowhere", valueCount: 10 });
  const final = await finalOf(api, { ...query!, filter, k: 40, facets, countDocuments: true });
  assert.equal(final.documentCount, eligible.length);
  const fieldsOf = new Map(documents.map((document) => [document.key, document.fields]));
  const shown = final.hits.slice(0, 30).map(({ key }) => fieldsOf.get(key)!);
  const expected = fieldNames.flatMap((field) => [
    plainFacet(field, eligible, 1000),
    plainFacet(field, eligible, 2),
    plainFacet(field, shown, 1000),
  ]);
  expected.push({ field: "nowhere", values: [], documentCount: 0, errorMax: 0 });
  assert.deepEqual(final.facets, expected);
}

describe("facets and the count of documents", () => {
  const folder = useTemporaryFolder();

  for (const [what, flushBytes] of [
    ["in live segments", 2 ** 23],
    ["in flushed and merged segments", 500],
  ] as const) {
    it(`are those of the eligible and of the first hits, ${what}`, async () => {
      const engine = await openInlineEngine(folder(), { flushBytes });
      try {
        await fill(engine.api);
        for (const filter of filters) await checkCounts(engine.api, filter);
      } finally {
        await engine.close();
      }
    });
  }

  it("are the same on worker threads", async () => {
    await withScorePool(2, async (scorer) => {
      const engine = await openInlineEngine(folder(), { scorer, flushBytes: 3000 });
      try {
        await fill(engine.api);
        for (const filter of filters.slice(0, 8)) await checkCounts(engine.api, filter);
      } finally {
        await engine.close();
      }
    });
  });
});

describe("pages of a ranking", () => {
  const folder = useTemporaryFolder();

  it("make up the ranking, and go on beyond k hits to its end", async () => {
    const engine = await openInlineEngine(folder(), { flushBytes: 3000 });
    try {
      await fill(engine.api);
      const whole = await finalOf(engine.api, { ...query!, k: 1000 });
      assert.equal(whole.hits.length, kept.length);
      const paged = [];
      for (let offset = 0; offset <= kept.length; offset += 20) {
        const page = await finalOf(engine.api, { ...query!, k: 20, offset });
        assert.equal(page.settledCount, page.hits.length);
        assert.notEqual(page.abstained, true);
        paged.push(...page.hits);
      }
      assert.deepEqual(paged, whole.hits);
      const beyond = await finalOf(engine.api, { ...query!, k: 20, offset: 10_000 });
      assert.deepEqual(beyond.hits, []);
    } finally {
      await engine.close();
    }
  });
});
