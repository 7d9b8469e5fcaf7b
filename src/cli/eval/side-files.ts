// Files that are written beside a report: after it, so that a failing one costs nothing but itself.

import { writeFileSync } from "node:fs";

export interface SideFile {
  /** Undefined: it was not asked for. */
  readonly path: string | undefined;
  readonly text: () => string;
}

/** Writes each; throws the first failure when all were tried. */
export function writeSideFiles(files: readonly SideFile[]): void {
  const failures: unknown[] = [];
  for (const { path, text } of files) {
    if (path === undefined) continue;
    try {
      writeFileSync(path, text());
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
