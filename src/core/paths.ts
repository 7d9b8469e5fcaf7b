// Paths of the checkout: models, native build products and package.json lie beside the build
// folder.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json, searched upward from this file, so that the build may be nested. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("no package.json above the program's own files");
    folder = parent;
  }
  return folder;
}
