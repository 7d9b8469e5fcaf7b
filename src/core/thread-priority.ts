// Priorities of threads.

import { constants, setPriority } from "node:os";

/**
 * Lowers the priority of the calling thread, so that the threads that answer searches come first.
 * Only Linux has priorities of single threads; elsewhere nothing is done.
 */
export function runInBackground(): void {
  if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}
