// Priorities of threads.

import { constants, setPriority } from "node:os";

/**
 * Lowers the priority of the calling thread below that of the threads that answer searches.
 * Only Linux has priorities of single threads; elsewhere nothing is done.
 */
export function runInBackground(): void {
  if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}
