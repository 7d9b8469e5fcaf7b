// Lists the files of a folder that an import reads.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { formatOfDocument } from "./formats.js";
import type { InputFile, InputFormat } from "./formats.js";

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
      const found = format ?? formatOfDocument(name);
      if (found !== undefined) files.push({ path: join(folder, name), name, format: found });
      else countSkipped(skipped, entry.name);
    }
  }
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { files, skipped };
}

function countSkipped(skipped: Map<string, number>, name: string): void {
  const ending = /(?<=.)\.\w+$/.exec(name)?.[0].toLowerCase() ?? name;
  skipped.set(ending, (skipped.get(ending) ?? 0) + 1);
}
