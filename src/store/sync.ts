// Makes what the file system has taken durable.

import { closeSync, fsyncSync, openSync } from "node:fs";

/** A new name in a folder is on disk only when the folder is. */
export function syncFolder(folder: string): void {
  syncPath(folder, "r");
}

export function syncFile(file: string): void {
  syncPath(file, "r+");
}

function syncPath(path: string, flags: "r" | "r+"): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
