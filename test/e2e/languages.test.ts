// Every language of the sample is found as well as the guide to languages says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { languagesSchema } from "../../bench/languages/languages-schema.js";
import { measureLanguage, sampleNames } from "../../bench/languages/measure.js";
import { sampleLanguages } from "../../bench/languages/settings.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";

/** Another kernel or model file may order two passages of nearly the same score otherwise. */
const allowance = { bm25: 0.005, default: 0.05 };

describe("the sample of languages", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("is found as well as the guide says, in every language", async () => {
    const path = join(repositoryRoot(), "bench/results/languages.json");
    const { languages } = languagesSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    const committed = new Map(languages.map((figures) => [figures.language, figures]));
    assert.deepEqual([...committed.keys()].sort(), sampleNames());
    const server = await startServerProcess({ data: folder() });
    const worse: string[] = [];
    for (const language of sampleLanguages) {
      const found = await measureLanguage(server.client, language);
      const figures = committed.get(language.name)!;
      assert.equal(found.passages, figures.passages);
      assert.equal(found.queries, figures.queries);
      for (const ranking of ["bm25", "default"] as const)
        if (found[ranking] < figures[ranking] - allowance[ranking])
          worse.push(`${language.name}: ${ranking} ${found[ranking]}, was ${figures[ranking]}`);
    }
    assert.deepEqual(worse, []);
    await stopServer(server);
  });
});
