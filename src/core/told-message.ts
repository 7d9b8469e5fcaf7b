// What callers elsewhere are told of an error. Where something lies on the server's disk is not said in
// messages but in `SluiceError.place`, which goes to the log; this is the net below that, at the edges:
// libraries write paths into messages of their own.

import { isAbsolute, sep } from "node:path";

import { repositoryRoot } from "./paths.js";

/** The program's own folder, and those that a server of this process was given. */
const folders = new Set<string>([repositoryRoot()]);

/** From now on no message at an edge tells where `folder` lies. */
export function hideFolder(folder: string): void {
  if (isAbsolute(folder) && folder !== sep) folders.add(folder);
}

/** The message with paths below a hidden folder told from there on. O(folders x message). */
export function toldMessage(message: string): string {
  let told = message;
  // Longer ones first: a folder may lie in another one.
  for (const folder of [...folders].sort((a, b) => b.length - a.length))
    told = told
      .replaceAll(folder.endsWith(sep) ? folder : `${folder}${sep}`, "")
      .replaceAll(folder, ".");
  return told;
}
