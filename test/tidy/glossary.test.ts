// Holds exported names to the glossary in CONTRIBUTING.md: one word, one meaning.

import assert from "node:assert/strict";
import ts from "typescript";
import { parsedSource, readText, sourceFiles } from "./tree.js";

interface Exported {
  readonly name: string;
  readonly path: string;
}

/** A word that a row of the glossary replaces; `folders` of src/, or all when there are none. */
interface Replaced {
  readonly word: string;
  readonly folders: readonly string[];
}

const productFiles = sourceFiles.filter((path) => path.startsWith("src/"));

describe("glossary", () => {
  it("has words for what it replaces", () => {
    assert.ok(replacedWords(readText("CONTRIBUTING.md")).length >= 5);
  });

  it("holds for every exported name: no replaced word is part of one", () => {
    const replaced = replacedWords(readText("CONTRIBUTING.md"));
    assert.deepEqual(
      productFiles.flatMap(exportedFrom).flatMap((one) => faultsOf(one, replaced)),
      [],
    );
  });

  it("gives each exported name to one declaration", () => {
    const places = new Map<string, Set<string>>();
    for (const { name, path } of productFiles.flatMap(exportedFrom))
      places.set(name, (places.get(name) ?? new Set()).add(path));
    const shared = [...places].filter(([, paths]) => paths.size > 1);
    assert.deepEqual(
      shared.map(([name, paths]) => `${name}: ${[...paths].join(", ")}`),
      [],
    );
  });

  it("would notice a replaced word, and only where it is replaced", () => {
    const table = "| word | means | instead of |\n|---|---|---|\n";
    const replaced = replacedWords(
      `${table}| ordinal | x | \`row\` in index, scoring; \`given\` |\n`,
    );
    const faulty = [
      { name: "deadRows", path: "src/index/x.ts" },
      { name: "rowOf", path: "src/scoring/x.ts" },
      { name: "GivenFields", path: "src/core/x.ts" },
    ];
    const right = [
      { name: "rowBytes", path: "src/kernels/x.ts" },
      { name: "growing", path: "src/index/x.ts" },
      { name: "browse", path: "src/index/x.ts" },
    ];
    const faultCount = (one: Exported): number => faultsOf(one, replaced).length;
    assert.deepEqual(faulty.map(faultCount), [1, 1, 1]);
    assert.deepEqual(right.map(faultCount), [0, 0, 0]);
  });
});

/** The third column of the table: words in backticks, each with its folders behind `in`. */
function replacedWords(markdown: string): Replaced[] {
  const rows = [...markdown.matchAll(/^\| [^|]+ \| [^|]+ \| ([^|]+) \|$/gm)];
  return rows.flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([a-z ]+)`(?: in ([a-z, ]+))?/g)].map(([, word = "", folders = ""]) => ({
      word,
      folders: folders === "" ? [] : folders.split(",").map((folder) => folder.trim()),
    })),
  );
}

function faultsOf({ name, path }: Exported, replaced: readonly Replaced[]): string[] {
  const words = ` ${wordsOf(name).join(" ")} `;
  const folder = path.split("/")[1] ?? "";
  return replaced
    .filter(({ folders }) => folders.length === 0 || folders.includes(folder))
    .filter(({ word }) => words.includes(` ${word} `) || words.includes(` ${word}s `))
    .map(({ word }) => `${path}: ${name}: "${word}" is another word in the glossary`);
}

/** "deadRowsMax" is dead, rows, max. */
function wordsOf(name: string): string[] {
  return name.split(/(?=[A-Z])|_/).map((word) => word.toLowerCase());
}

function exportedFrom(path: string): Exported[] {
  return parsedSource(path).statements.flatMap((statement) => {
    if (!isExported(statement)) return [];
    const declared = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations
      : [statement];
    return declared.flatMap((declaration) => {
      const name = ts.getNameOfDeclaration(declaration as ts.Declaration);
      return name !== undefined && ts.isIdentifier(name) ? [{ name: name.text, path }] : [];
    });
  });
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}
