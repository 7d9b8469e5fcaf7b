// Error messages as remote callers may see them. Paths on the server's disk belong in
// `SluiceError.place`, which is only logged; libraries still put paths into their messages, so both
// ports replace them here.

import { isAbsolute, sep } from "node:path";

import { repositoryRoot } from "./paths.js";

/** The program's own folder, and those that servers in this process were configured with. */
const folders = new Set<string>([repositoryRoot()]);

/** From now on paths below `folder` are shortened in messages to callers. */
export function hideFolder(folder: string): void {
  if (isAbsolute(folder) && folder !== sep) folders.add(folder);
}

/** The message with paths below hidden folders made relative. O(folders x message). */
export function publicMessage(message: string): string {
  let shown = message;
  // Longest first, because one hidden folder may contain another.
  for (const folder of [...folders].sort((a, b) => b.length - a.length))
    shown = shown
      .replaceAll(folder.endsWith(sep) ? folder : `${folder}${sep}`, "")
      .replaceAll(folder, ".");
  return shown;
}
