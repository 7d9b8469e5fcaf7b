// The picture of src/ in ARCHITECTURE.md: each folder with those that it imports.

import { levelOf, levels } from "../tidy/levels.js";
import { importsOf, sourceFiles } from "../tidy/tree.js";

/** Imported from nearly everywhere; they would only hide the others. */
const everywhere: ReadonlySet<string> = new Set(["core", "gen"]);

/**
 * A line a folder, highest level first, then those that import no other by level; imports that follow
 * from others are left out.
 */
export function foldersMarkdown(): string {
  const direct = directImports();
  const reachable = new Map<string, ReadonlySet<string>>();
  for (const folder of levels.flat()) {
    const below = [...(direct.get(folder) ?? [])];
    reachable.set(folder, new Set(below.flatMap((one) => [one, ...(reachable.get(one) ?? [])])));
  }
  const present = levels.flat().filter((folder) => direct.has(folder) && !everywhere.has(folder));
  const width = Math.max(...present.map((folder) => folder.length));
  const isLeaf = (folder: string): boolean => direct.get(folder)?.size === 0;
  const leaves = present.filter(isLeaf);
  const lines = present.reverse().flatMap((folder) => {
    if (isLeaf(folder)) return [];
    const imports = [...(direct.get(folder) ?? [])];
    const kept = imports
      .filter((one) => !imports.some((other) => reachable.get(other)?.has(one) === true))
      .sort((a, b) => levelOf(b) - levelOf(a) || a.localeCompare(b));
    return [
      `${String(levelOf(folder)).padStart(2)}  ${folder.padEnd(width)} -> ${kept.join(", ")}`,
    ];
  });
  const leafLines = [...new Set(leaves.map(levelOf))].reverse().map((level) => {
    const folders = leaves.filter((folder) => levelOf(folder) === level);
    return `${String(level).padStart(2)}  ${folders.join(", ")}`;
  });
  return ["```text", ...lines, ...leafLines, "```"].join("\n");
}

function directImports(): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const file of sourceFiles.filter((path) => path.startsWith("src/"))) {
    const folder = file.split("/")[1] ?? "";
    const known = imports.get(folder) ?? new Set<string>();
    imports.set(folder, known);
    for (const target of importsOf(file)) {
      const [top, to = ""] = target.split("/");
      if (top === "src" && to !== folder && !everywhere.has(to)) known.add(to);
    }
  }
  return imports;
}
