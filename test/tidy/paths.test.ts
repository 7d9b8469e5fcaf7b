// Holds documents and comments to the truth: a path in them exists, or is a product of the build; a
// link leads somewhere; a name that stands behind its file is declared there.

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import ts from "typescript";
import { eachNode, parsedSource, placeOf, readText, repositoryFiles, sourceFiles } from "./tree.js";

const documents = repositoryFiles.filter(
  (path) => /\.md$/.test(path) && !/^(models\/.+\/|test\/fixtures\/|\.github\/)/.test(path),
);

/** Made by a build or a run, so not there in a fresh clone. */
const products = ["build/", "native/build/", "coverage/", "node_modules/", "bench/results/"];

describe("paths in documents", () => {
  for (const document of documents) {
    it(`${document} names only what exists`, () => {
      const text = readText(document);
      const missing = [...pathsIn(text), ...linksIn(text)].filter(
        (path) => !exists(path) && !exists(join(dirname(document), path)),
      );
      assert.deepEqual(missing, []);
    });
  }

  it("reads placeholders, alternatives and folders, and takes no address for a path", () => {
    const text = "`src/core/`, `src/<folder>/{a,core}/*.ts`, `/v1/search`, `@grpc/grpc-js`, `a/b`";
    assert.deepEqual(pathsIn(text), ["src/core/", "src/<folder>/{a,core}/*.ts"]);
    assert.ok(exists("src/core/"));
    assert.ok(exists("src/<folder>/{absent,paths}.ts"));
    assert.ok(!exists("src/core/absent.ts"));
    assert.ok(!exists("src/cor"));
  });

  it("are followed by names that the file declares", () => {
    const wrong = documents.flatMap((document) =>
      namesIn(readText(document))
        .filter(({ path, name }) => repositoryFiles.includes(path) && !declares(path, name))
        .map(({ path, name }) => `${document}: ${path} has no ${name}`),
    );
    assert.deepEqual(wrong, []);
    assert.deepEqual(namesIn("`src/core/limits.ts` `limits`, `src/core/` `x`"), [
      { path: "src/core/limits.ts", name: "limits" },
    ]);
    assert.ok(declares("src/core/limits.ts", "limits"));
    assert.ok(!declares("src/core/limits.ts", "limit"));
  });

  it("lead from docs/README.md to every page of docs/", () => {
    const reached = new Set<string>();
    const waiting = ["docs/README.md"];
    for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
      if (reached.has(page) || !repositoryFiles.includes(page)) continue;
      reached.add(page);
      if (!page.endsWith(".md")) continue;
      for (const link of linksIn(readText(page))) waiting.push(join(dirname(page), link));
    }
    const pages = repositoryFiles.filter((path) => /^docs\/.*\.md$/.test(path));
    assert.deepEqual(
      pages.filter((path) => !reached.has(path)),
      [],
    );
  });
});

describe("paths in comments", () => {
  it("name files that exist", () => {
    const missing = sourceFiles.flatMap((source) =>
      commentsOf(source).flatMap(({ text, place }) =>
        filesNamedIn(text)
          .filter((name) => !isSomeFile(name))
          .map((name) => `${place}: ${name}`),
      ),
    );
    assert.deepEqual(missing, []);
  });

  it("are found, and products and patterns are no files", () => {
    const text = "see core/limits.ts and merge-code.ts, build/x.ts, *.test.ts, https://a.b/c.md";
    assert.deepEqual(filesNamedIn(text), ["core/limits.ts", "merge-code.ts"]);
    assert.ok(isSomeFile("core/limits.ts"));
    assert.ok(!isSomeFile("merge-code.ts"));
  });
});

/** Backticked words that name a file or folder of this repository, or look as if they did. */
function pathsIn(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/`([^`\s]+)`/g)]
    .map((match) => match[1] ?? "")
    .filter((word) => isPath(word) && !products.some((product) => word.startsWith(product)));
}

/** Targets of links within the repository. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)/g)]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** A file in backticks and, behind it, a name in backticks. */
function namesIn(text: string): { readonly path: string; readonly name: string }[] {
  return [...text.matchAll(/`([\w./-]+\.(?:ts|c|h))` `(\w+)`/g)].map(
    ([, path = "", name = ""]) => ({ path, name }),
  );
}

function declares(path: string, name: string): boolean {
  if (!path.endsWith(".ts")) return new RegExp(`\\b${name}\\(`).test(readText(path));
  let isFound = false;
  eachNode(parsedSource(path), (node) => {
    const isDeclaration =
      ts.isFunctionDeclaration(node) ||
      ts.isVariableDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node);
    if (isDeclaration && node.name?.getText() === name) isFound = true;
  });
  return isFound;
}

interface Comment {
  readonly text: string;
  readonly place: string;
}

function commentsOf(path: string): Comment[] {
  const source = parsedSource(path);
  const found = new Map<number, Comment>();
  const add = (node: ts.Node, ranges: readonly ts.CommentRange[] | undefined): void => {
    for (const { pos, end } of ranges ?? [])
      found.set(pos, { text: source.text.slice(pos, end), place: placeOf(node) });
  };
  eachNode(source, (node) => {
    add(node, ts.getLeadingCommentRanges(source.text, node.pos));
    add(node, ts.getTrailingCommentRanges(source.text, node.end));
  });
  return [...found.values()];
}

/** Words that look like source files and documents of this repository. */
function filesNamedIn(comment: string): string[] {
  return [...comment.matchAll(/(?<![\w./*:-])((?:[\w.-]+\/)*[\w.-]+\.(?:ts|md|c|h|proto|fbs))\b/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !products.some((product) => name.startsWith(product)));
}

const fileNames = new Set(
  repositoryFiles.flatMap((path) => path.split("/").map((_, i, parts) => parts.slice(i).join("/"))),
);

/** Comments name a file by as much of its path as tells it apart. */
function isSomeFile(name: string): boolean {
  return fileNames.has(name.replace(/^\.\//, ""));
}

const rootNames = new Set(repositoryFiles.map((path) => path.split("/")[0]));

function isPath(word: string): boolean {
  if (!/^[\w.@*<>{},-]+(\/[\w.@*<>{},-]+)*\/?$/.test(word) || word.startsWith("@")) return false;
  if (!word.includes("/")) return /^[A-Za-z]\w*\.(md|sh)$/.test(word) || word === "Makefile";
  return rootNames.has(word.split("/")[0]) || /\.(ts|c|h|sh|md|proto|fbs|wasm)$/.test(word);
}

/** Whether some file has this path, or lies in this folder. */
function exists(path: string): boolean {
  const pattern = path
    .replace(/\/$/, "")
    .replace(/[.+^$()|]/g, "\\$&")
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(${names.split(",").join("|")})`)
    .replace(/\*\*|<[^>]*>|\*/g, (wild) => (wild === "**" ? ".*" : "[^/]*"));
  const wanted = new RegExp(`^(\\./)?${pattern}(/|$)`);
  return repositoryFiles.some((file) => wanted.test(file));
}
