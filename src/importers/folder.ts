// Lists the files of a folder that an import reads.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { knownFormatOf } from "./formats.js";
import type { InputFile } from "./formats.js";
import type { InputFormat } from "./input-formats.js";

export interface FolderFiles {
  /** Sorted by their paths. */
  readonly files: readonly InputFile[];
  /** Files of no known format, counted by their endings. */
  readonly skipped: ReadonlyMap<string, number>;
}

/**
 * All files below a folder whose ending has a format, or all of them when `format` is given. Hidden
 * files and folders, `node_modules` and symbolic links are left out. Throws what the file system
 * throws.
 */
export async function listFolder(
  folder: string,
  format: InputFormat | undefined,
): Promise<FolderFiles> {
  const files: InputFile[] = [];
  const skipped = new Map<string, number>();
  const waiting = [""];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    const entries = await readdir(join(folder, below), { withFileTypes: true });
    for (const entry of entries) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      if (entry.isDirectory()) waiting.push(name);
      if (!entry.isFile()) continue;
      const found = format ?? knownFormatOf(name);
      if (found !== undefined) files.push({ path: join(folder, name), name, format: found });
      else countSkipped(skipped, entry.name);
    }
  }
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { files, skipped };
}

/** Without those of `.json`, which beside documents are settings more often than documents. */
export function withoutJson({ files, skipped }: FolderFiles): FolderFiles {
  return keepFiles({ files, skipped }, ({ format }) => format !== "json");
}

/** Counts the other files as skipped. */
export function keepFiles(
  { files, skipped }: FolderFiles,
  isKept: (file: InputFile) => boolean,
): FolderFiles {
  const counts = new Map(skipped);
  for (const file of files) if (!isKept(file)) countSkipped(counts, file.name);
  return { files: files.filter(isKept), skipped: counts };
}

function countSkipped(skipped: Map<string, number>, name: string): void {
  const base = name.slice(name.lastIndexOf("/") + 1);
  const ending = /(?<=.)\.\w+$/.exec(base)?.[0].toLowerCase() ?? base;
  skipped.set(ending, (skipped.get(ending) ?? 0) + 1);
}
