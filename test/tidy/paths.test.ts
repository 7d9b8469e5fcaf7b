// Holds documents to the truth: a path in backticks exists, or is a product of the build; a link leads
// somewhere.

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { readText, repositoryFiles } from "./tree.js";

/** Documents that name paths, from the root or from their own folder. */
const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].concat(
  repositoryFiles.filter((path) => /^(proto|models|native|bench|test)\/.*README\.md$/.test(path)),
);

/** Made by a build or a run, so not there in a fresh clone. */
const products = ["build/", "native/build/", "coverage/", "node_modules/", "bench/results/"];

describe("paths in documents", () => {
  for (const document of documents.filter((path) => repositoryFiles.includes(path))) {
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
