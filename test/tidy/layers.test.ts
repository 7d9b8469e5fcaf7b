// Holds the folders of src/ to their levels: a folder imports itself and lower ones.

import assert from "node:assert/strict";
import { levelOf, levels } from "./levels.js";
import { importsOf, readText, sourceFiles } from "./tree.js";

interface Import {
  readonly from: string;
  readonly to: string;
}

describe("layers", () => {
  const files = sourceFiles.filter((path) => path.startsWith("src/"));

  it("gives every folder of src/ a level", () => {
    const known = new Set(levels.flat());
    const unknown = new Set(files.map(folderOf).filter((folder) => !known.has(folder)));
    assert.deepEqual([...unknown], []);
  });

  it("finds imports that point down and nothing else", () => {
    assert.deepEqual(violations(importsBetween(files)), []);
  });

  it("hold no file that nothing uses, or nothing but tests", () => {
    const used = new Set(
      sourceFiles.filter((path) => !path.startsWith("test/")).flatMap((path) => importsOf(path)),
    );
    // The bundler begins with the page's entry, and users of the package with its entries.
    used.add("src/page/main.tsx");
    for (const path of files) if (folderOf(path) === "public") used.add(path);
    assert.deepEqual(
      files.filter((path) => !used.has(path)),
      [],
    );
  });

  it("are the ones that ARCHITECTURE.md shows", () => {
    const rows = [...readText("ARCHITECTURE.md").matchAll(/^\| `src\/(\w+)\/` \| (\d+) \|/gm)];
    const shown = rows.map(([, folder = "", level]) => `${level} ${folder}`);
    const present = new Set(files.map(folderOf).concat("gen"));
    const held = levels.flatMap((folders, level) =>
      folders.filter((folder) => present.has(folder)).map((folder) => `${level} ${folder}`),
    );
    const missing = held.filter((entry) => !shown.includes(entry));
    assert.deepEqual(missing, []);
    assert.deepEqual(
      shown.filter((entry) => !isHeld(entry)),
      [],
    );
  });

  it("tie no files to each other in a circle", () => {
    const written = importsBetween(files.filter((path) => !isGenerated(path)));
    // The entry of a thread or process is started, not imported, by the file that names it.
    const imported = written.filter(({ to }) => !/\.(child|worker)\.ts$/.test(to));
    assert.deepEqual(circleIn(imported), []);
  });

  it("would notice a circle of three files, and no other ways to the same file", () => {
    const line = [
      { from: "src/a.ts", to: "src/b.ts" },
      { from: "src/b.ts", to: "src/c.ts" },
      { from: "src/a.ts", to: "src/c.ts" },
    ];
    assert.deepEqual(circleIn(line), []);
    const circle = circleIn([...line, { from: "src/c.ts", to: "src/a.ts" }]);
    assert.deepEqual(circle, ["src/a.ts", "src/b.ts", "src/c.ts"]);
  });

  it("would notice a call back, a neighbour and a product file that imports a test", () => {
    const wrong = [
      { from: "src/core/limits.ts", to: "src/store/store.ts" },
      { from: "src/analysis/words.ts", to: "src/kernels/kernels.ts" },
      { from: "src/index/bm25/bm25.ts", to: "test/support/passages.ts" },
    ];
    const right = [
      { from: "src/store/store.ts", to: "src/core/limits.ts" },
      { from: "src/index/bm25/bm25.ts", to: "src/index/generation.ts" },
      { from: "src/http/server.ts", to: "src/engine/api.ts" },
      { from: "src/store/store.ts", to: "lmdb" },
    ];
    assert.equal(violations([...wrong, ...right]).length, wrong.length);
  });
});

/** Whether "2 codec" agrees with the levels. */
function isHeld(entry: string): boolean {
  const [level, folder = ""] = entry.split(" ");
  return levels[Number(level)]?.includes(folder) === true;
}

function importsBetween(files: readonly string[]): Import[] {
  return files.flatMap((from) => importsOf(from).map((to) => ({ from, to })));
}

function violations(imports: readonly Import[]): string[] {
  return imports.filter((entry) => !isAllowed(entry)).map(({ from, to }) => `${from} -> ${to}`);
}

function isAllowed({ from, to }: Import): boolean {
  if (!to.includes("/") || to.startsWith("@")) return true;
  if (!to.startsWith("src/")) return false;
  return folderOf(from) === folderOf(to) || levelOf(folderOf(to)) < levelOf(folderOf(from));
}

/** Files that import each other in a circle, from one of them on; empty when there is none. */
function circleIn(imports: readonly Import[]): readonly string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const circleFrom = (file: string, path: readonly string[]): readonly string[] => {
    const at = path.indexOf(file);
    if (at >= 0) return path.slice(at);
    if (done.has(file)) return [];
    for (const target of targets.get(file) ?? []) {
      const circle = circleFrom(target, [...path, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of targets.keys()) {
    const circle = circleFrom(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

/** Messages that contain each other have types that do. */
function isGenerated(path: string): boolean {
  return path.startsWith("src/gen/");
}

function folderOf(path: string): string {
  return path.split("/")[1] ?? "";
}
