// A search that has held its generation as long as it may ends with what it has, and lets it go.

import assert from "node:assert/strict";

import { loadKernels } from "../../src/kernels/load-kernels.js";
import { createInlineScorer } from "../../src/scoring/scorer.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { createNotes, putAll, searchNotes } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 32;
const documents = seededDocuments({ seed: 31, count: 60, dim });
const [query] = seededQueries({ seed: 31, count: 1, dim });

describe("a search that reads one state of a collection for too long", () => {
  const folder = useTemporaryFolder();

  it("ends with what it has, says so, and what it held is given back", async () => {
    let nowMs = 0;
    const scorer = createInlineScorer(loadKernels().kernels);
    const engine = await openInlineEngine(folder(), {
      clock: () => nowMs,
      generationAgeMaxMs: 60_000,
      search: { ...searchDefaults, batchPassages: 16 },
      scorer: {
        ...scorer,
        maxSim(task) {
          // As a long exhaustive search does.
          nowMs += 40_000;
          return scorer.maxSim(task);
        },
      },
    });
    try {
      const { api, collections } = engine;
      await createNotes(api, { dim });
      await putAll(api, documents);
      const updates = await searchNotes(api, { ...query!, k: 5, exhaustive: true });
      const final = updates.at(-1);
      const reasons = final?.degradations.map(({ reason }) => reason);
      assert.deepEqual(reasons, ["GENERATION_EXPIRED"]);
      assert.match(final?.degradations[0]?.message ?? "", /as long as it may before late_inter/);
      assert.ok((final?.hits.length ?? 0) > 0);
      assert.notEqual(final?.certificate, "exact");
      const { held, generation } = collections.opened("notes")!.collection;
      assert.deepEqual([...held], [generation], "only the present one is held");
    } finally {
      await engine.close();
    }
  });
});
