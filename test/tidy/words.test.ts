// Finds words that must not be left in the repository. One letter of each pattern stands in
// brackets, so that this file does not find itself.

import assert from "node:assert/strict";
import ts from "typescript";
import { eachNode, parsedSource, placeOf, readText, repositoryFiles, sourceFiles } from "./tree.js";

const forbidden: readonly { pattern: RegExp; reason: string }[] = [
  {
    pattern: words(
      "registry.[n]pmjs",
      "registry.[y]arnpkg",
      "files.[p]ythonhosted",
      "static.[c]rates",
    ),
    reason: "the package manager's settings say where packages come from",
  },
  { pattern: words("[T]ODO", "[F]IXME", "[X]XX"), reason: "do it, or write an issue" },
  {
    pattern: words(
      "(it|describe|context).[o]nly",
      "(it|describe|context).[s]kip",
      "x(it|describe)[(]",
    ),
    reason: "every test runs",
  },
  {
    pattern: words("this.[t]imeout"),
    reason: "the time-out of .mocharc.json is one that a slow machine keeps",
  },
  { pattern: words("ts-[i]gnore", "ts-[n]ocheck"), reason: "say the type" },
  {
    pattern: words(
      "[H]ears",
      "gone [o]n with",
      "worked [o]ff",
      "turned [a]way",
      "(services?|callers) [e]lsewhere",
      "dear [t]o make",
    ),
    reason: "terms of the field: called with, resumed, processed, rejected, remote",
  },
];

function words(...alternatives: string[]): RegExp {
  return new RegExp(`\\b(${alternatives.join("|").replaceAll(".", "\\.")})(?!\\w)`);
}

describe("words", () => {
  it("are all meant to stay", () => {
    const found = textFiles().flatMap((path) => {
      const text = readText(path);
      return forbidden
        .filter(({ pattern }) => pattern.test(text))
        .map(({ pattern, reason }) => `${path}: ${String(pattern)}: ${reason}`);
    });
    assert.deepEqual(found, []);
  });

  it("are found when they are there", () => {
    const samples = [
      ["https://registry", "npmjs.org/x"].join("."),
      ["TO", "DO later"].join(""),
      `// ${"X".repeat(3)}`,
      ["it", 'only("x")'].join("."),
      ["describe", 'skip("x")'].join("."),
      ["x", 'it("x")'].join(""),
      ["this", "timeout(1)"].join("."),
      ["a service", "elsewhere"].join(" "),
      ["/** He", "ars of it. */"].join(""),
      ["not worked", "off"].join(" "),
    ];
    const unnoticed = samples.filter(
      (text) => !forbidden.some(({ pattern }) => pattern.test(text)),
    );
    assert.deepEqual(unnoticed, []);
  });

  it("never say that a type is anything", () => {
    const found: string[] = [];
    for (const path of sourceFiles) {
      eachNode(parsedSource(path), (node) => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(placeOf(node));
      });
    }
    assert.deepEqual(found, []);
  });
});

/** All but generated code and what models are made of. */
function textFiles(): string[] {
  return repositoryFiles.filter(
    (path) =>
      !path.startsWith("src/gen/") &&
      !/^models\/[^/]+\//.test(path) &&
      !/\.(onnx|wasm|png|ico|parquet|bin|gz|zst)$/.test(path),
  );
}
