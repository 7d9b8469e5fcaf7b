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

  it("counts a function's own lines: what it declares or tests counts for itself", () => {
    const body = "  x();\n".repeat(functionLinesMax);
    const texts = [
      `function long() {\n${body}}`,
      `function calls() {\n  walk(() => {\n${body}  });\n}`,
      `it("a test", () => {\n${body}});`,
      `describe("suite", () => {\n${body}});`,
      `function contract() {\n  it("short", () => {\n    x();\n  });\n${body.slice(40)}}`,
      `function factory() {\n  return { a() {\n${body.slice(40)}  }, b() {\n${body.slice(40)}  } };\n}`,
    ];
    const counts = texts.map(
      (text) =>
        longFunctions(ts.createSourceFile("x.ts", text, ts.ScriptTarget.ES2023, true)).length,
    );
    assert.deepEqual(counts, [1, 2, 1, 0, 0, 0]);
  });
});

function longFunctions(source: ts.SourceFile): string[] {
  const long: string[] = [];
  eachNode(source, (node) => {
    if (!ts.isFunctionLike(node) || isPassedTo(node, ["describe"])) return;
    const lines = lineCount(node) - declaredLineCount(node);
    if (lines > functionLinesMax) long.push(`${placeOf(node)}: a function of ${lines} lines`);
  });
  return long;
}

/** Lines of the functions and tests declared inside, outermost only; callbacks are not among them. */
function declaredLineCount(node: ts.Node): number {
  let lines = 0;
  ts.forEachChild(node, (child) => {
    lines += countsForItself(child) ? lineCount(child) : declaredLineCount(child);
  });
  return lines;
}

function countsForItself(node: ts.Node): boolean {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isAccessor(node) ||
    (ts.isArrowFunction(node) && ts.isVariableDeclaration(node.parent)) ||
    isPassedTo(node, ["describe", "it"])
  );
}

function isPassedTo(node: ts.Node, names: readonly string[]): boolean {
  const { parent } = node;
  return (
    ts.isCallExpression(parent) &&
    ts.isFunctionLike(node) &&
    names.includes(parent.expression.getText())
  );
}

function lineCount(node: ts.Node): number {
  const source = node.getSourceFile();
  const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
  return source.getLineAndCharacterOfPosition(node.getEnd()).line - first + 1;
}
