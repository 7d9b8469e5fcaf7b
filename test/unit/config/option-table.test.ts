// The table from which flags, variables and documents are made.

import assert from "node:assert/strict";
import { nearest } from "../../../src/core/nearest.js";
import { formatBytes, parseBytes } from "../../../src/config/option-kinds.js";
import { options, optionsMarkdown } from "../../../src/config/option-table.js";

describe("the option table", () => {
  it("gives every option its own name, flag and variable, a range and a meaning", () => {
    for (const part of ["name", "flag", "variable"] as const) {
      assert.equal(new Set(options.map((option) => option[part])).size, options.length);
    }
    for (const { name, range, description } of options) {
      assert.ok(range !== "" && /^[A-Z].*\.$/.test(description), name);
    }
  });

  it("spells flags and variables after the name", () => {
    const option = options.find(({ name }) => name === "search.sketchPoolSize");
    assert.equal(option?.flag, "--search-sketch-pool-size");
    assert.equal(option?.variable, "SLUICE_SEARCH_SKETCH_POOL_SIZE");
    assert.equal(option?.default, 256);
  });

  it("becomes Markdown with a row for each option, the same on every machine", () => {
    const rows = optionsMarkdown().split("\n");
    assert.equal(rows.length, options.length + 2);
    assert.ok(rows.every((row) => row.startsWith("|") && row.endsWith("|")));
    assert.ok(!optionsMarkdown().includes(process.cwd()));
  });
});

describe("sizes", () => {
  it("are read and written with units", () => {
    assert.equal(parseBytes("8 MiB"), 8 * 1024 * 1024);
    assert.equal(parseBytes("64kib"), 65_536);
    assert.equal(parseBytes("12"), 12);
    assert.equal(parseBytes("8 MB"), undefined);
    assert.equal(formatBytes(8 * 1024 * 1024), "8 MiB");
    assert.equal(formatBytes(1025), "1025 B");
  });
});

describe("nearest", () => {
  it("guesses small slips and nothing else", () => {
    assert.equal(nearest("grpcport", ["grpcPort", "httpPort"]), "grpcPort");
    assert.equal(nearest("colour", ["grpcPort", "httpPort"]), undefined);
  });
});
