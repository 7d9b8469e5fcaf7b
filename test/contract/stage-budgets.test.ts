// Limits of single stages: what does not fit is left out and said, the search goes on.

import assert from "node:assert/strict";

import type { EngineApi } from "../../src/engine/api.js";
import type { ScoreTask } from "../../src/scoring/score.protocol.js";
import { createInlineScorer } from "../../src/scoring/scorer.js";
import type { Scorer } from "../../src/scoring/scorer.js";
import { isRaised } from "../../src/core/cancel-flag.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 151, count: 120, dim });
const [query] = seededQueries({ seed: 151, count: 1, dim });
const search = { ...searchDefaults, exhaustiveBelowPassages: 0, minUpdateIntervalMs: 0 };

type Method = "lexical" | "scan" | "maxSim";

/** A scorer of which one method takes until its search or its stage is cancelled. */
function stuckIn(method: Method): Scorer {
  const scorer = createInlineScorer(loadKernels().kernels);
  return {
    ...scorer,
    [method]: async ({ cancel }: ScoreTask) => {
      while (!isRaised(cancel)) await new Promise((resolve) => setImmediate(resolve));
      return undefined;
    },
  };
}

describe("a budget of a stage", () => {
  const folder = useTemporaryFolder();
  let engine: InlineEngine | undefined;
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  async function open(scorer?: Scorer): Promise<EngineApi> {
    engine = await openInlineEngine(folder(), { search, ...(scorer && { scorer }) });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    return engine.api;
  }

  async function searched(
    method: Method | undefined,
    stageBudgets: SearchRequest["stageBudgets"],
  ): Promise<SearchUpdate> {
    const api = await open(method && stuckIn(method));
    return finalOf(api, { ...query!, k: 10, stageBudgets });
  }

  function said({ degradations }: SearchUpdate): unknown {
    return degradations.map(({ reason, stages }) => ({ reason, stages }));
  }

  for (const ms of [0, 20]) {
    it(`of ${ms} ms leaves out the words, and the vectors rank alone`, async () => {
      const final = await searched("lexical", { lexicalMs: ms });
      assert.deepEqual(said(final), [{ reason: "BUDGET_EXHAUSTED", stages: ["lexical"] }]);
      assert.equal(final.stage, "late_interaction");
      assert.equal(final.hits.length, 10);
      for (const { parts, score } of final.hits)
        assert.ok(Math.abs(score - parts.maxsim! / rowCount()) < 1e-6);
    });

    it(`of ${ms} ms leaves out the scan: the candidates are those of the words`, async () => {
      const final = await searched("scan", { candidatesMs: ms });
      assert.deepEqual(said(final), [{ reason: "BUDGET_EXHAUSTED", stages: ["candidates"] }]);
      assert.equal(final.stage, "late_interaction");
      assert.equal(final.coverage.sketchScored, 0);
      assert.ok(final.coverage.maxSimScored > 0);
    });

    it(`of ${ms} ms ends late interaction with the ranking before it`, async () => {
      const final = await searched("maxSim", { lateInteractionMs: ms });
      assert.deepEqual(said(final), [{ reason: "BUDGET_EXHAUSTED", stages: ["late_interaction"] }]);
      assert.equal(final.stage, "candidates");
      assert.equal(final.hits.length, 10);
    });
  }

  it("of nothing for the encoding leaves the words", async () => {
    const final = await searched(undefined, { encodeMs: 0 });
    assert.deepEqual(said(final), [{ reason: "BUDGET_EXHAUSTED", stages: ["candidates"] }]);
    assert.equal(final.stage, "lexical");
    assert.equal(final.certificate, "lexical");
  });

  it("that is long enough changes nothing", async () => {
    const ms = 60_000;
    const stageBudgets = { encodeMs: ms, lexicalMs: ms, candidatesMs: ms, lateInteractionMs: ms };
    const final = await searched(undefined, stageBudgets);
    assert.deepEqual(final.degradations, []);
    const plain = await finalOf(engine!.api, { ...query!, k: 10 });
    assert.deepEqual(final.hits, plain.hits);
  });

  it("out of range is refused, naming it", async () => {
    const api = await open();
    await assert.rejects(
      finalOf(api, { ...query!, stageBudgets: { candidatesMs: 600_001 } }),
      hasReason("INVALID_FIELD", /stage_budgets.candidates_ms is 600001/),
    );
  });
});

function rowCount(): number {
  return query!.vectors.bytes.length / (dim * 4);
}
