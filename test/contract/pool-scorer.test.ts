import type { SearchUpdate } from "../../src/contract/search-update.js";
import assert from "node:assert/strict";

import { firstAnalyzer } from "../support/analyzers.js";
import { parseLexicalQuery } from "../../src/analysis/lexical-query.js";
import { toBm25Query } from "../../src/search/stages/lexical.js";
import { createCodec } from "../../src/codec/codec.js";
import { toTokenMatrix } from "../../src/codec/precomputed-vectors.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import type { Collection } from "../../src/index/collection.js";
import { liveTermIdsOf } from "../../src/index/generation.js";
import type { SegmentPart } from "../../src/index/segment-parts.js";
import type { LexicalTask, MaxSimTask } from "../../src/scoring/score.protocol.js";
import { createInlineScorer } from "../../src/scoring/scorer.js";
import type { Scorer } from "../../src/scoring/scorer.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults, searchRequest } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { segmentsOf } from "../support/passage-places.js";
import { openScorePool, withScorePool } from "../support/score-pool.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import type { CorpusQuery } from "../support/seeded-corpus.js";

const dim = 32;
const [query] = seededQueries({ seed: 51, count: 1, dim });
const { kernels } = loadKernels();

describe("createPoolScorer", () => {
  const folder = useTemporaryFolder();

  it("answers each kind of task as the inline scorer does", async () => {
    await withScorePool(2, async (pool) => {
      const engine = await openInlineEngine(folder(), { flushBytes: 1500 });
      await createNotes(engine.api, { dim });
      await putAll(engine.api, seededDocuments({ seed: 51, count: 60, dim }));
      const { documents } = await engine.api.list("notes", { pageSize: 1 });
      await engine.api.delete("notes", [documents[0]!.key]);
      const { collection } = engine.collections.opened("notes")!;
      const inline = await answersOf(createInlineScorer(kernels), collection, query!);
      assert.deepEqual(await answersOf(pool, collection, query!), inline);
      assert.equal(inline.length, 3);
      await engine.close();
    });
  });

  it("scores a generation right while the live segment outgrows what workers have seen", async () => {
    await withScorePool(2, async (pool) => {
      const search = { ...searchDefaults, batchPassages: 4, minUpdateIntervalMs: 0 };
      const engine = await openInlineEngine(folder(), { scorer: pool, search });
      const { api } = engine;
      await createNotes(api, { dim });
      await putAll(api, seededDocuments({ seed: 52, count: 60, dim }));
      const { hits } = await finalOf(api, query!);
      const older = api.search(searchRequest(query!), { signal: new AbortController().signal });
      await older.next();
      await putAll(api, seededDocuments({ seed: 53, count: 1500, dim }), 500);
      let last: SearchUpdate | undefined;
      const [newer] = await Promise.all([
        finalOf(api, query!),
        (async () => {
          for await (const update of older) last = update;
        })(),
      ]);
      assert.deepEqual(last?.hits, hits);
      await engine.close();
      const inline = await openInlineEngine(folder());
      assert.deepEqual((await finalOf(inline.api, query!)).hits, newer.hits);
      await inline.close();
    });
  });

  it("answers for two generations that take turns, one with buffers that the other outgrew", async () => {
    await withScorePool(2, async (pool) => {
      const [entry] = segmentsOf([[{ key: "a", passageNumber: 0 }]]);
      const older = entry!.part;
      assert.ok(older.kind === "live");
      const newer = { ...older, tokenOffsets: older.tokenOffsets.slice(0) };
      const tasks = Array.from({ length: 40 }, (_, i) => maxSimOf(i % 2 === 0 ? older : newer));
      const answers = await Promise.all(tasks.map((task) => pool.maxSim(task)));
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    });
  });

  it("answers nothing for work that was cancelled", async () => {
    await withScorePool(1, async (pool) => {
      const cancel = new SharedArrayBuffer(4);
      new Int32Array(cancel)[0] = 1;
      assert.equal(await pool.lexical(emptyLexicalTask(cancel)), undefined);
    });
  });

  it("finishes what is under way when it is closed", async () => {
    const pool = openScorePool(1);
    const cancel = new SharedArrayBuffer(4);
    const answers = Array.from({ length: 20 }, () => pool.lexical(emptyLexicalTask(cancel)));
    await pool.close();
    assert.ok((await Promise.all(answers)).every((answer) => answer !== undefined));
  });
});

function emptyLexicalTask(cancel: SharedArrayBuffer): LexicalTask {
  const totals = { passageCount: 0, lengthTotal: 0 };
  return {
    kind: "lexical",
    parts: [],
    range: { from: 0, to: 0 },
    topCount: 1,
    cancel,
    bm25: { query: { clauses: [], phrases: [], quorums: [] }, liveTermIds: [], totals },
    sharedThreshold: new SharedArrayBuffer(4),
  };
}

/** The one passage of `part`: four bytes of codes. */
function maxSimOf(part: SegmentPart): MaxSimTask {
  return {
    kind: "maxsim",
    parts: [part],
    partOf: Uint32Array.of(0),
    ordinals: Uint32Array.of(0),
    query: { rowCount: 1, dim: 16, rows: new Int8Array(16).fill(5), rowScales: Float32Array.of(1) },
    bits: 2,
    bm25: [],
    cancel: new SharedArrayBuffer(4),
  };
}

async function answersOf(
  scorer: Scorer,
  { generation, settings }: Collection,
  { text, vectors }: CorpusQuery,
): Promise<unknown[]> {
  const parts = generation.segments.map(({ part }) => part);
  const cancel = new SharedArrayBuffer(4);
  const expected = { dim, rowCountMax: 100, field: "query" };
  const encoded = createCodec(settings, kernels).encodeQuery(toTokenMatrix(vectors, expected));
  const query = toBm25Query(parseLexicalQuery(firstAnalyzer("english"), text));
  const bm25 = {
    query,
    liveTermIds: liveTermIdsOf(generation, query),
    totals: generation.totals,
  };
  const passagesOf = parts.flatMap(({ ordinalCount }, part) =>
    Array.from({ length: ordinalCount }, (_, ordinal) => ({ part, ordinal })),
  );
  const lexical = await scorer.lexical({
    kind: "lexical",
    parts,
    bm25,
    range: { from: 0, to: parts.length },
    sharedThreshold: new SharedArrayBuffer(4),
    topCount: 10,
    cancel,
  });
  const scan = await scorer.scan({
    kind: "scan",
    parts,
    ranges: parts.map(({ ordinalCount }, part) => ({ part, start: 0, end: ordinalCount })),
    query: encoded.sketch,
    bits: settings.sketchBits,
    topCount: 10,
    cancel,
  });
  const maxSim = await scorer.maxSim({
    kind: "maxsim",
    parts,
    partOf: Uint32Array.from(passagesOf, ({ part }) => part),
    ordinals: Uint32Array.from(passagesOf, ({ ordinal }) => ordinal),
    query: encoded.tokens,
    bits: settings.bits,
    bm25: [{ ...bm25, frequencies: lexical!.frequencies }],
    cancel,
  });
  return [lexical, scan, maxSim];
}
