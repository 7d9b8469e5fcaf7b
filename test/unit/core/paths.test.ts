import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../../src/core/paths.js";

describe("repositoryRoot", () => {
  it("is the checkout, wherever the build lies", () => {
    for (const name of ["package.json", "src", "models"])
      assert.ok(existsSync(join(repositoryRoot(), name)), name);
  });
});
