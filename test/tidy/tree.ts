// The checkout as the tidy tests see it: its files, and each TypeScript source parsed once.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { repositoryRoot } from "../../src/core/paths.js";

export const root = repositoryRoot();

/** Paths from the root, of files that git tracks or would track; sorted. */
export const repositoryFiles: readonly string[] = execFileSync(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
  { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
)
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(root, path)))
  .sort();

/** Hand-written TypeScript under src/, test/ and bench/. */
export const sourceFiles: readonly string[] = repositoryFiles.filter(
  (path) => /^(src|test|bench)\/.*\.tsx?$/.test(path) && !path.startsWith("src/gen/"),
);

export function readText(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

const parsed = new Map<string, ts.SourceFile>();

export function parsedSource(path: string): ts.SourceFile {
  let source = parsed.get(path);
  if (source === undefined) {
    source = ts.createSourceFile(path, readText(path), ts.ScriptTarget.ES2023, true);
    parsed.set(path, source);
  }
  return source;
}

/** Calls `visit` for every node of a file, parents first. */
export function eachNode(source: ts.SourceFile, visit: (node: ts.Node) => void): void {
  const walk = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, walk);
  };
  walk(source);
}

/** `path:line`, as editors and terminals link it. */
export function placeOf(node: ts.Node): string {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${source.fileName}:${line + 1}`;
}

/** What a file imports: packages by name, files by path from the root with the ending of the source.
 *  Type-only imports, re-exports, dynamic imports, `new URL("./x.js", import.meta.url)` and
 *  `import.meta.resolve("x")` count. */
export function importsOf(path: string): string[] {
  return importsIn(path, readText(path));
}

/** The same of a text in the place of the file's. */
export function importsIn(path: string, text: string): string[] {
  const specifiers = ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
  for (const match of text.matchAll(/new URL\(\s*"(\.[^"]+\.js)"/g)) {
    if (match[1] !== undefined) specifiers.push(match[1]);
  }
  for (const match of text.matchAll(/import\.meta\.resolve\("([^"]+)"\)/g)) {
    if (match[1] !== undefined) specifiers.push(match[1]);
  }
  return specifiers.map((specifier) =>
    specifier.startsWith(".") ? sourceOf(join(path, "..", specifier)) : packageName(specifier),
  );
}

function sourceOf(compiled: string): string {
  const source = compiled.replace(/\.js$/, ".ts");
  return sourceFiles.includes(`${source}x`) ? `${source}x` : source;
}

function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
}
