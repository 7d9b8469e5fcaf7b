// The load generator against a real server process: every stream keeps the contract, and the
// figures have the shape that is promised. Nothing is said of how fast.

import assert from "node:assert/strict";
import { createGenerator, runFiguresSchema } from "../../bench/load/generator.js";
import { builtInProfile, readProfile } from "../../bench/load/profile.js";
import { startLoadServer, withCorpus } from "../../bench/load/server.js";
import { collection } from "../../bench/scale/build.js";
import { createPassageSource } from "../../bench/scale/clustered-passages.js";
import { withTemporaryFolder } from "../support/temporary-folder.js";

const shape = { dim: 384, tokens: 12, words: 12, seed: 3 } as const;
const passages = 3000;

describe("the load generator", () => {
  it("loads a server with searches, sessions, writes and cancels, and counts each", async () => {
    await withTemporaryFolder((folder) =>
      withCorpus({ ...shape, bits: 2, passages, folder }, async ({ data }) => {
        const server = await startLoadServer(data);
        const source = createPassageSource({ ...shape, type: "int8" });
        const profile = {
          ...readProfile(builtInProfile("mixed")),
          budgetMs: 5000,
          cancelShare: 0.2,
          cancelWithinMs: 0,
          connections: 3,
          mix: { search: 0.7, session: 0.1, ingest: 0.1, delete: 0.1 },
          session: { queries: 4, keyMs: 10 },
        };
        const target = { address: server.address, collection, source, size: passages };
        const generator = await createGenerator(target, profile);
        try {
          const figures = await generator.run([{ perSecond: 60, seconds: 2 }], 5);
          runFiguresSchema.parse(figures);
          const { searches, sessions, writes } = figures;
          for (const tally of [searches, sessions, writes]) {
            assert.ok(tally.planned > 0 && tally.completed > 0);
            assert.deepEqual([tally.contractViolations, tally.otherErrors], [0, 0]);
            const ended = tally.completed + tally.cancelled + tally.refused + tally.deadlineErrors;
            assert.equal(ended, tally.planned);
          }
          assert.ok(searches.cancelled > 0);
          assert.ok(server.memory().peakRssMiB > 0);
        } finally {
          generator.close();
          await server.stop();
        }
      }),
    );
  });
});
