// A process that takes the lock of a folder on command. Prints "ready", then "held" or the error;
// each line on standard input advances it: first to try, then to release.

import { createInterface } from "node:readline";

import { isSluiceError } from "../../src/core/errors.js";
import { lockFolder } from "../../src/store/folder-lock.js";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
process.stdout.write("ready\n");
await lines.next();
try {
  const lock = lockFolder(process.argv[2] ?? "");
  process.stdout.write("held\n");
  await lines.next();
  lock.release();
  process.stdout.write("released\n");
} catch (error) {
  const reason = isSluiceError(error) ? error.reason : "not a SluiceError";
  process.stdout.write(`${reason} ${String(error)}\n`);
}
