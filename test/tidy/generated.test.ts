// Holds generated files to their sources: equal to a regeneration, or, without the tool, to recorded
// hashes. The types of the protos are held by proto.test.ts.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readText, repositoryFiles, root } from "./tree.js";

const folder = "src/gen/fbs";
const schema = "src/store/schema/records.fbs";
const sums = `${folder}/SHA256SUMS`;

/** Another version writes other text; the recorded hashes hold for this one. */
const flatcVersion = "2.0.8";

describe("generated FlatBuffers code", () => {
  it("has the hashes that were recorded with it, and so has its schema", () => {
    const files = repositoryFiles.filter((path) => path.startsWith(`${folder}/`) && path !== sums);
    const actual = [schema, ...files].map((path) => `${sha256(readText(path))}  ${path}`);
    assert.deepEqual(readText(sums).trimEnd().split("\n"), actual, "run `make gen`");
  });

  if (hasFlatc()) {
    it("is what flatc makes of the schema", () => {
      const work = mkdtempSync(join(tmpdir(), "sluice-fbs-"));
      try {
        execFileSync("sh", ["src/store/schema/generate.sh", work], { cwd: root });
        assert.deepEqual(contents(work), contents(join(root, folder)), "run `make gen`");
      } finally {
        rmSync(work, { recursive: true });
      }
    });
  }
});

describe("the generated code of the Python client", () => {
  it("has the hashes that were recorded with it, and so have the protos", () => {
    const recorded = readText("clients/python/src/sluice_client/_wire/SHA256SUMS");
    const lines = recorded.trimEnd().split("\n");
    const actual = lines.map((line) => {
      const path = line.slice(line.indexOf("  ") + 2);
      return `${sha256(readText(path))}  ${path}`;
    });
    assert.deepEqual(lines, actual, "run `make gen`");
    const protos = lines.filter((line) => line.endsWith(".proto"));
    const present = readdirSync(join(root, "proto/sluice/v1")).filter((name) =>
      name.endsWith(".proto"),
    );
    assert.equal(protos.length, present.length);
  });
});

describe("the WASM kernels", () => {
  it("have their recorded hash, and with the same clang are what their sources give", () => {
    const { status, stderr } = spawnSync("sh", ["native/wasm/check.sh"], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  });
});

function hasFlatc(): boolean {
  const { stdout } = spawnSync("flatc", ["--version"], { encoding: "utf8" });
  return typeof stdout === "string" && stdout.includes(flatcVersion);
}

function contents(path: string): [string, string][] {
  return readdirSync(path)
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => [name, readFileSync(join(path, name), "utf8")]);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
