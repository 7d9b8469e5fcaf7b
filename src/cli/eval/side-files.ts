// Files written beside a report, after it is printed, so that a failure does not lose the report.

import { writeFileSync } from "node:fs";

export interface SideFile {
  /** Absent when the file was not requested. */
  readonly path: string | undefined;
  readonly text: () => string;
}

/** Writes all files; then throws the first failure. */
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
