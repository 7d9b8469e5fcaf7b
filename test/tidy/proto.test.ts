// The proto files pass their lint, and the committed types are those that they make.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../../src/core/paths.js";

const root = repositoryRoot();

describe("proto files", () => {
  it("pass buf's standard lint", () => {
    const buf = join(root, "node_modules", ".bin", "buf");
    const result = spawnSync(buf, ["lint", "proto"], { cwd: root, encoding: "utf8" });
    assert.equal(result.stdout + result.stderr, "");
    assert.equal(result.status, 0);
  });

  it("break nothing of the contract of the last release, by buf's rules", () => {
    const buf = join(root, "node_modules", ".bin", "buf");
    const args = ["breaking", "proto", "--against", "proto/released.binpb"];
    const result = spawnSync(buf, args, { cwd: root, encoding: "utf8" });
    assert.equal(result.stdout + result.stderr, "");
    assert.equal(result.status, 0);
  });

  it("have a comment on every service, RPC, message, field and value", () => {
    const bare: string[] = [];
    for (const file of protoFiles()) {
      const lines = readFileSync(join(root, "proto", file), "utf8").split("\n");
      for (const [i, line] of lines.entries()) {
        const isItem =
          /^\s*(service|rpc|message|enum|oneof)\s/.test(line) ||
          /^\s+[\w.<>, ]+ \w+ = \d+;$/.test(line) ||
          /^\s+[A-Z0-9_]+ = \d+;$/.test(line);
        if (isItem && !/^\s*\/\//.test(lines[i - 1] ?? "")) bare.push(`${file}:${i + 1}: ${line}`);
      }
    }
    assert.deepEqual(bare, []);
  });

  it("make exactly the committed types and descriptors", () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-proto-"));
    const descriptors = join(folder, "descriptors.binpb");
    try {
      execFileSync(join(root, "proto", "generate.sh"), [join(folder, "types"), descriptors]);
      assert.deepEqual(
        readTree(join(folder, "types")),
        readTree(join(root, "src", "gen", "proto")),
      );
      const committed = readFileSync(join(root, "proto", "descriptors.binpb"));
      assert.ok(readFileSync(descriptors).equals(committed), "run `make gen`");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function protoFiles(): string[] {
  const all = readdirSync(join(root, "proto"), { recursive: true, encoding: "utf8" });
  return all.filter((name) => name.endsWith(".proto")).sort();
}

function readTree(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(".ts")).sort();
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
