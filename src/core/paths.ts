// Paths of the program: native build products, protos and package.json lie beside the build folder;
// models do in a checkout and in the image, and have a package of their own elsewhere.

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

/** The folder of the models that come with the program. */
export function suppliedModels(): string {
  const beside = join(repositoryRoot(), "models");
  if (existsSync(beside)) return beside;
  try {
    return dirname(fileURLToPath(import.meta.resolve("sluice-models/package.json")));
  } catch {
    // Installed without it. Opening a model then names the folder that was looked for.
    return beside;
  }
}
