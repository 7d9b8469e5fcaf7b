// Holds files to 400 lines and functions to 60.

import assert from "node:assert/strict";
import ts from "typescript";
import { eachNode, parsedSource, placeOf, readText, repositoryFiles, sourceFiles } from "./tree.js";

const fileLinesMax = 400;
const functionLinesMax = 60;

describe("sizes", () => {
  it("keeps hand-written files within 400 lines", () => {
    const handWritten = repositoryFiles.filter(
      (path) =>
        /^(src|test|bench|native)\/.*\.(ts|js|c|h|sh|html|css)$/.test(path) &&
        !path.startsWith("src/gen/"),
    );
    const long = handWritten
      .map((path) => ({ path, lines: readText(path).trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > fileLinesMax);
    assert.deepEqual(long, []);
  });

  it("keeps functions within 60 lines", () => {
    assert.deepEqual(
      sourceFiles.flatMap((path) => longFunctions(parsedSource(path))),
      [],
    );
  });

  it("counts a function's lines, but not those of the test suites in it", () => {
    const body = "  x();\n".repeat(functionLinesMax);
    const texts = [
      `function long() {\n${body}}`,
      `describe("suite", () => {\n${body}});`,
      `function contract() {\n  describe("suite", () => {\n${body}  });\n}`,
      `it("a test", () => {\n${body}});`,
    ];
    const counts = texts.map(
      (text) =>
        longFunctions(ts.createSourceFile("x.ts", text, ts.ScriptTarget.ES2023, true)).length,
    );
    assert.deepEqual(counts, [1, 0, 0, 1]);
  });
});

function longFunctions(source: ts.SourceFile): string[] {
  const long: string[] = [];
  eachNode(source, (node) => {
    if (!ts.isFunctionLike(node) || isSuite(node)) return;
    const lines = lineCount(node) - suiteLineCount(node);
    if (lines > functionLinesMax) long.push(`${placeOf(node)}: a function of ${lines} lines`);
  });
  return long;
}

/** A suite is a list of tests, not a function that somebody has to hold in mind. */
function isSuite(node: ts.Node): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) && parent.expression.getText() === "describe";
}

function suiteLineCount(node: ts.Node): number {
  let lines = 0;
  ts.forEachChild(node, (child) => {
    lines += isSuite(child) ? lineCount(child) : suiteLineCount(child);
  });
  return lines;
}

function lineCount(node: ts.Node): number {
  const source = node.getSourceFile();
  const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
  return source.getLineAndCharacterOfPosition(node.getEnd()).line - first + 1;
}
