// Load profiles: those that come along, and what is wrong with others.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtInProfile, readProfile } from "../../../../bench/load/profile.js";
import { withTemporaryFolder } from "../../../support/temporary-folder.js";

describe("load profiles", () => {
  it("that come along can be read", () => {
    assert.equal(readProfile(builtInProfile("mixed")).name, "mixed");
    assert.equal(readProfile(builtInProfile("searches")).mix.search, 1);
  });

  for (const [fault, change, place] of [
    ["an unknown word", { burst: 3 }, "burst"],
    ["no budget", { budgetMs: 0 }, "budgetMs"],
    ["no share above 0", { mix: { search: 0, session: 0, ingest: 0, delete: 0 } }, "mix"],
    ["a share below 0", { cancelShare: -0.1 }, "cancelShare"],
  ] as const)
    it(`with ${fault} are refused, and the place is named`, async () => {
      await withTemporaryFolder((folder) => {
        const path = join(folder, "profile.json");
        const profile = { ...readProfile(builtInProfile("searches")), ...change };
        writeFileSync(path, JSON.stringify(profile));
        const isNamed = (error: Error): boolean =>
          error.message.includes(path) && error.message.includes(place);
        assert.throws(() => readProfile(path), isNamed);
        return Promise.resolve();
      });
    });
});
