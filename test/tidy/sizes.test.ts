// Limits files to 400 lines, classes to 200 and functions, nested ones included, to 60.

import assert from "node:assert/strict";
import ts from "typescript";
import { eachNode, parsedSource, placeOf, readText, repositoryFiles, sourceFiles } from "./tree.js";

const fileLinesMax = 400;
const functionLinesMax = 60;
const classLinesMax = 200;
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

  it("keeps classes within 200 lines", () => {
    assert.deepEqual(
      sourceFiles.flatMap((path) => longClasses(parsedSource(path))),
      [],
    );
  });

  it("counts nested functions in those that contain them, but not tests in their suites", () => {
    const half = "    x();\n".repeat(functionLinesMax / 2);
    const texts = [
      `function long() {\n${half}${half}}`,
      `function nested() {\n  const inner = () => {\n${half}  };\n${half}}`,
      `function factory() {\n  return { a() {\n${half}  }, b() {\n${half}  } };\n}`,
      `function calls() {\n  walk(() => {\n${half}  });\n${half}}`,
      `class Methods {\n  a() {\n${half}  }\n  b() {\n${half}  }\n}`,
      `it("long", () => {\n${half}${half}});`,
      `describe("suite", () => {\n${half}${half}});`,
      `function suite() {\n  describe("x", () => {\n    it("y", () => {\n${half}    });\n${half}  });\n}`,
    ];
    assert.deepEqual(
      texts.map((text) => longFunctions(parse(text)).length),
      [1, 1, 1, 1, 0, 1, 0, 0],
    );
  });

  it("counts a class as a whole", () => {
    const methods = "  a() {\n    x();\n  }\n".repeat(classLinesMax / 2);
    const counts = [`class Long {\n${methods}}`, `class Short {\n  a() {}\n}`].map(
      (text) => longClasses(parse(text)).length,
    );
    assert.deepEqual(counts, [1, 0]);
  });
});

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile("x.ts", text, ts.ScriptTarget.ES2023, true);
}

function longFunctions(source: ts.SourceFile): string[] {
  const long: string[] = [];
  eachNode(source, (node) => {
    if (!ts.isFunctionLike(node) || isPassedTo(node, ["describe"])) return;
    const lines = lineCount(node) - testLineCount(node);
    if (lines > functionLinesMax) long.push(`${placeOf(node)}: a function of ${lines} lines`);
  });
  return long;
}

function longClasses(source: ts.SourceFile): string[] {
  const long: string[] = [];
  eachNode(source, (node) => {
    if (!ts.isClassLike(node)) return;
    const lines = lineCount(node);
    if (lines > classLinesMax) long.push(`${placeOf(node)}: a class of ${lines} lines`);
  });
  return long;
}

/** Lines of the suites and tests inside, outermost only; each test is a function of its own. */
function testLineCount(node: ts.Node): number {
  let lines = 0;
  ts.forEachChild(node, (child) => {
    lines += isPassedTo(child, ["describe", "it"]) ? lineCount(child) : testLineCount(child);
  });
  return lines;
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
