// Holds packages, environment, console, clock and chance to the folders that are their doors.

import assert from "node:assert/strict";
import ts from "typescript";
import { globalDoors, packageDoors } from "./doors.js";
import { eachNode, importsOf, parsedSource, placeOf, sourceFiles } from "./tree.js";

const productFiles = sourceFiles.filter((path) => path.startsWith("src/"));

describe("doors", () => {
  it("opens each package in its own folders only", () => {
    const wrong: string[] = [];
    for (const path of productFiles) {
      for (const name of importsOf(path)) {
        const doors = packageDoors[name];
        if (doors !== undefined && !isIn(path, doors)) wrong.push(`${path} imports ${name}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("knows every package that the sources import", () => {
    const unknown = productFiles
      .flatMap(importsOf)
      .filter((name) => !name.includes(".") && !name.startsWith("node:"))
      .filter((name) => packageDoors[name] === undefined);
    assert.deepEqual([...new Set(unknown)], []);
  });

  it("uses environment, console, clock and chance only where they belong", () => {
    const wrong: string[] = [];
    for (const path of productFiles) {
      for (const { name, place } of globalsOf(parsedSource(path))) {
        if (!isIn(path, globalDoors[name] ?? [])) wrong.push(`${place} uses ${name}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("leaves nothing to chance in tests and benches either", () => {
    const wrong = sourceFiles
      .filter((path) => !path.startsWith("src/"))
      .flatMap((path) => globalsOf(parsedSource(path)))
      .filter(({ name }) => name === "Math.random");
    assert.deepEqual(wrong, []);
  });

  it("would notice each of the globals", () => {
    const text = `process.env.A; console.log(1); Math.random(); Date.now(); new Date();
      performance.now(); process.hrtime.bigint(); new Date(5); local.console; Date.parse("x");`;
    const source = ts.createSourceFile("x.ts", text, ts.ScriptTarget.ES2023, true);
    assert.deepEqual(
      globalsOf(source)
        .map(({ name }) => name)
        .sort(),
      Object.keys(globalDoors).sort(),
    );
  });
});

function isIn(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(`src/${folder}/`));
}

function globalsOf(source: ts.SourceFile): { name: string; place: string }[] {
  const found: { name: string; place: string }[] = [];
  eachNode(source, (node) => {
    const name = globalName(node);
    if (name !== undefined && globalDoors[name] !== undefined) {
      found.push({ name, place: placeOf(node) });
    }
  });
  return found;
}

function globalName(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.arguments?.length === 0) {
    return `new ${node.expression.getText()}()`;
  }
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  const object = node.expression.text;
  return object === "console" ? object : `${object}.${node.name.text}`;
}
