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
    const imports = files.flatMap((from) => importsOf(from).map((to) => ({ from, to })));
    assert.deepEqual(violations(imports), []);
  });

  it("hold no file that nothing uses, or nothing but tests", () => {
    const used = new Set(
      sourceFiles.filter((path) => !path.startsWith("test/")).flatMap((path) => importsOf(path)),
    );
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

function violations(imports: readonly Import[]): string[] {
  return imports.filter((entry) => !isAllowed(entry)).map(({ from, to }) => `${from} -> ${to}`);
}

function isAllowed({ from, to }: Import): boolean {
  if (!to.includes("/") || to.startsWith("@")) return true;
  if (!to.startsWith("src/")) return false;
  return folderOf(from) === folderOf(to) || levelOf(folderOf(to)) < levelOf(folderOf(from));
}

function folderOf(path: string): string {
  return path.split("/")[1] ?? "";
}
