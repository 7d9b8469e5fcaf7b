// Collections with a refine plane: what it orders, what keeps it, and what is told of it.

import assert from "node:assert/strict";

import { createCodec } from "../../src/codec/codec.js";
import { toTokenMatrix } from "../../src/codec/precomputed-vectors.js";
import { createRefinePlane } from "../../src/codec/refine-plane.js";
import { present } from "../../src/core/assert.js";
import { compareKeys } from "../../src/core/document.js";
import type { Document, PrecomputedVectors } from "../../src/core/document.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import type { EngineApi } from "../../src/engine/api.js";
import { createReferenceKernels } from "../../src/kernels/reference.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import { damageWhere, onlyCollectionFolder } from "../support/damage.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import type { InlineEngine, InlineEngineOptions } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll, searchNotes } from "../support/notes.js";
import { plainSearch } from "../support/plain-search.js";
import type { PlainHit } from "../support/plain-search.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import type { CorpusQuery } from "../support/seeded-corpus.js";
import { sharedDirectionVectors } from "../support/shared-direction.js";

const dim = 48;
const plain = seededDocuments({ seed: 21, count: 150, dim });
const queries = seededQueries({ seed: 21, count: 5, dim });
const k = 10;
const { signal } = new AbortController();

/** The same documents with vectors that have a centre. */
const centred = plain.map((document, i) => ({ ...document, vectors: shared(i + 1) }));
const centredQueries = queries.map((query, i) => ({ ...query, vectors: shared(1000 + i) }));

function shared(seed: number): PrecomputedVectors {
  return sharedDirectionVectors({ dim, rowCount: 2 + (seed % 5), meanCosine: 0.8, seed });
}

describe("a search of a collection with a refine plane", () => {
  const folder = useTemporaryFolder();

  for (const [name, bits, refineBits] of [
    ["vectors of no common direction", 2, 8],
    ["vectors of no common direction", 1, 4],
    ["vectors that share a direction", 4, 8],
    ["vectors that share a direction", 2, 4],
  ] as const)
    it(`has the order and the scores of the plane: ${name}, ${bits} and ${refineBits} bits`, async () => {
      const isCentred = name === "vectors that share a direction";
      const documents = isCentred ? centred : plain;
      await withNotes(folder(), { bits, refineBits, documents }, async ({ api, collections }) => {
        for (const query of isCentred ? centredQueries : queries) {
          const updates = await searchNotes(api, { ...query, k, minUpdateIntervalMs: 0 });
          const { settings } = collections.opened("notes")!.collection;
          const expected = plainRefined(documents, query, { ...settings, poolSize: 32 });
          const final = updates.at(-1)!;
          assert.deepEqual(
            final.hits.map(({ key, score, parts }) => ({ key, score, maxSim: parts.maxsim })),
            expected.slice(0, k).map(({ key, score, maxSim }) => ({ key, score, maxSim })),
          );
          assert.equal(final.certificate, "exact");
          assert.equal(final.coverage.refined, 32);
          for (const update of updates.slice(0, -1)) {
            assert.notEqual(update.certificate, "exact");
            assert.equal(update.settledCount, 0, "its order is not that of the plane yet");
          }
        }
      });
    });

  it("keeps to the codes when it is told to refine none", async () => {
    await withNotes(folder(), { refineBits: 8 }, async ({ api, collections }) => {
      for (const query of queries) {
        const final = await finalOf(api, { ...query, k, refinePoolSize: 0 });
        const { settings } = collections.opened("notes")!.collection;
        const { lexicalWeight } = searchDefaults;
        const best = plainSearch(plain, query, { ...settings, lexicalWeight }).slice(0, k);
        assert.deepEqual(
          final.hits.map(({ key, score }) => ({ key, score })),
          best.map(({ key, score }) => ({ key, score })),
        );
        assert.equal(final.coverage.refined, undefined);
        assert.equal(final.certificate, "exact");
      }
    });
  });

  it("refines twice the documents that it shows, and what groups or a field's order show", async () => {
    await withNotes(folder(), { refineBits: 8 }, async ({ api }) => {
      const [query] = queries;
      const { coverage } = await finalOf(api, { ...query, k: 40, refinePoolSize: 1 });
      assert.equal(coverage.refined, 80);
      const scores = new Map(
        (await finalOf(api, { ...query, k: 150 })).hits.map(({ key, score }) => [key, score]),
      );
      const others: Partial<SearchRequest>[] = [
        { sortBy: { field: "number" } },
        { groupBy: { field: "number", size: 1 } },
        { minScore: [...scores.values()][5]! },
        { filter: { kind: "exists", field: "number" } },
      ];
      for (const asked of others) {
        const { hits } = await finalOf(api, { ...query, ...asked, k });
        assert.ok(hits.length > 0);
        for (const { key, score } of hits) assert.equal(score, scores.get(key), key);
      }
      const { hits } = await finalOf(api, { ...query, ...others[2], k });
      assert.equal(hits.length, 6);
    });
  });

  it("is explained by the plane, to the bit", async () => {
    await withNotes(folder(), { refineBits: 8 }, async ({ api }) => {
      for (const query of queries) {
        const { hits } = await finalOf(api, { ...query, k });
        for (const hit of hits) {
          const { text, vectors } = query;
          const asked = { collection: "notes", text, vectors, key: hit.key };
          const rest = { filter: undefined, lexicalWeight: undefined, passageNumber: undefined };
          const explained = await api.explain({ ...asked, ...rest }, { signal });
          assert.equal(explained.score, hit.score);
          assert.equal(explained.parts.maxsim, hit.parts.maxsim);
          const sum = explained.matches.reduce((all, one) => Math.fround(all + one.score), 0);
          assert.equal(sum, hit.parts.maxsim);
        }
      }
    });
  });

  it("counts in the recall that is measured", async () => {
    const search = { ...searchDefaults, exhaustiveBelowPassages: 0 };
    await withNotes(folder(), { refineBits: 8, search }, async ({ api }) => {
      for await (const step of api.calibrate("notes", { samples: queries, signal }))
        if (step.result !== undefined) assert.ok(step.result.estimates.length > 0);
      const final = await finalOf(api, { ...queries[0], k, minRecall: 1 });
      const exact = await finalOf(api, { ...queries[0], k, exhaustive: true });
      assert.deepEqual(final.hits, exact.hits);
    });
  });
});

describe("a refine plane", () => {
  const folder = useTemporaryFolder();

  it("stays with its passages through flushes, merges, updates of fields, snapshots and starts", async () => {
    const answers = async (api: EngineApi, collection = "notes"): Promise<unknown> =>
      Promise.all(
        queries.map(async (query) => (await finalOf(api, { ...query, collection, k })).hits),
      );
    let expected: unknown;
    await withNotes(folder(), { refineBits: 8 }, async ({ api }) => {
      expected = await answers(api);
      for (const { key } of plain.slice(0, 20))
        await api.update("notes", { key, set: new Map(), remove: ["none"], ifSequence: undefined });
      assert.deepEqual(await answers(api), expected);
      for await (const step of api.optimize("notes", { isFull: true, signal })) assert.ok(step);
      assert.deepEqual(await answers(api), expected);
      for await (const step of api.snapshot("notes", "one")) assert.ok(step);
      for await (const step of api.restore("one", "again")) assert.ok(step);
      assert.deepEqual(await answers(api, "again"), expected);
      assert.equal(api.describeCollection("again").settings.refineBits, 8);
    });
    const engine = await openInlineEngine(folder());
    try {
      assert.deepEqual(await answers(engine.api), expected);
      const { settings } = engine.api.describeCollection("notes");
      assert.equal(settings.refineBits, 8);
    } finally {
      await engine.close();
    }
  });

  it("that is damaged costs the passages of its segment, and says so", async () => {
    await withNotes(folder(), { refineBits: 8, flushBytes: 2_000 }, () => Promise.resolve());
    const store = openLmdbStore(onlyCollectionFolder(folder()));
    const { segments } = store.readManifest();
    const { id, passageCount } = present(segments[1], "there is a second segment");
    const some = new Uint8Array(store.readCodes(id, "refineCodes")).slice(0, 40);
    await store.close();
    damageWhere(folder(), some);
    const engine = await openInlineEngine(folder());
    try {
      const final = await finalOf(engine.api, { ...queries[0], k: 150 });
      assert.equal(final.coverage.eligible, plain.length - passageCount);
      const [degradation] = final.degradations;
      assert.equal(degradation?.reason, "CORRUPT_PASSAGES");
      assert.match(degradation.message, /segment \d+ \(refine plane\) is damaged/);
    } finally {
      await engine.close();
    }
  });

  it("is refused with widths that refine nothing, and searches that ask for one that is not there", async () => {
    const engine = await openInlineEngine(folder());
    try {
      for (const [bits, refineBits] of [
        [4, 4],
        [8, 8],
        [8, 4],
        [2, 2],
        [1, 2],
      ])
        await assert.rejects(
          createNotes(engine.api, { dim, bits, refineBits }),
          hasReason("INVALID_FIELD", /refine_bits is \d, it may be 4 or 8 and must be above bits/),
        );
      await createNotes(engine.api, { dim });
      await putAll(engine.api, plain.slice(0, 3));
      const [query] = queries;
      await assert.rejects(
        finalOf(engine.api, { ...query, refinePoolSize: 10 }),
        hasReason("INVALID_FIELD", /created without refine_bits/),
      );
      assert.equal((await finalOf(engine.api, { ...query, refinePoolSize: 0 })).hits.length, 3);
    } finally {
      await engine.close();
    }
  });
});

async function withNotes(
  folder: string,
  options: Partial<InlineEngineOptions> & {
    readonly bits?: number;
    readonly refineBits: number;
    readonly documents?: readonly Document[];
  },
  use: (engine: InlineEngine) => Promise<void>,
): Promise<void> {
  const { bits, refineBits, documents = plain, ...rest } = options;
  const engine = await openInlineEngine(folder, { flushBytes: 6_000, ...rest });
  try {
    await createNotes(engine.api, { dim, bits, refineBits });
    await putAll(engine.api, documents);
    await use(engine);
  } finally {
    await engine.close();
  }
}

/** The best by codes, scored again one row at a time. */
function plainRefined(
  documents: readonly Document[],
  query: CorpusQuery,
  {
    poolSize,
    ...settings
  }: Parameters<typeof createCodec>[0] &
    Omit<Parameters<typeof plainSearch>[2], "lexicalWeight"> & { readonly poolSize: number },
): PlainHit[] {
  const { lexicalWeight } = searchDefaults;
  const kernels = createReferenceKernels();
  const codec = createCodec(settings, kernels);
  const { bits, refineBits, centring } = settings;
  assert.ok(refineBits !== undefined);
  const isShaped = centring?.centre !== undefined;
  const plane = createRefinePlane({ dim, bits, refineBits, isShaped });
  const matrixOf = (vectors: PrecomputedVectors | undefined): ReturnType<typeof toTokenMatrix> =>
    toTokenMatrix(present(vectors, "it has"), { dim, rowCountMax: 1000, field: "vectors" });
  const { refine } = codec.encodeQuery(matrixOf(query.vectors));
  assert.ok(refine !== undefined);
  const rowCount = refine.rows.length / dim;
  const hits = plainSearch(documents, query, { ...settings, lexicalWeight }).slice(0, poolSize);
  const bm25Top = Math.max(
    ...plainSearch(documents, query, { ...settings, lexicalWeight }).map(({ bm25 }) => bm25),
  );
  const refined = hits.map(({ key, bm25 }) => {
    const document = documents.find((one) => one.key === key);
    const { codes, refineCodes, tokenCount } = codec.encodePassage(matrixOf(document?.vectors));
    const rows = new Float32Array(tokenCount * dim);
    plane.decode({ codes, refineCodes: present(refineCodes, "it has") }, rows);
    const score = new Float32Array(1);
    const offsets = Uint32Array.of(0, tokenCount);
    kernels.maxSimFloat(refine.rows, rows, dim, offsets, Uint32Array.of(0), score);
    const maxSim = Math.fround(score[0]! + refine.bias);
    const lexical = bm25Top > 0 ? (lexicalWeight * bm25) / bm25Top : 0;
    return { key, bm25, maxSim, score: maxSim / rowCount + lexical };
  });
  return refined.sort((a, b) => b.score - a.score || compareKeys(a.key, b.key));
}
