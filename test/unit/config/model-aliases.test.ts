// Aliases of models in a configuration file and on the command line.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { loadConfig } from "../../../src/config/load-config.js";
import { parseAliases } from "../../../src/config/model-aliases.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";

describe("model aliases", () => {
  const folder = useTemporaryFolder();

  it("are a table of a file, or a list", () => {
    const file = join(folder(), "sluice.toml");
    writeFileSync(file, '[modelAliases]\n"rerank-v3.5" = "small"\nother = "base"\n');
    const { config } = loadConfig({ flags: {}, file, environment: {} });
    const aliases = [
      ["rerank-v3.5", "small"],
      ["other", "base"],
    ];
    assert.deepEqual([...parseAliases(config.modelAliases)], aliases);
    assert.deepEqual([...parseAliases("rerank-v3.5 = small, other=base")], aliases);
    assert.deepEqual([...parseAliases("")], []);
  });

  it("are refused when they are none, or given twice", () => {
    for (const wrong of ["a", "a=", "=b", "a=b=c", "a=b,a=c"]) {
      const flags = { modelAliases: wrong };
      assert.throws(() => loadConfig({ flags, environment: {} }), { reason: "INVALID_CONFIG" });
    }
  });
});
