// Opens a possibly damaged store in a separate process, which LMDB may abort. Prints one line of
// JSON: the result of `check`, and of reading each document.

import { isSluiceError } from "../../src/core/errors.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return isSluiceError(error) ? `${error.reason}: ${error.message}` : `BUG ${String(error)}`;
  }
}

const [, , folder = "", ...keys] = process.argv;
const opened = attempt(() => {
  const store = openLmdbStore(folder);
  return {
    check: attempt(() => {
      const { valueCount, damages } = store.check();
      return { valueCount, damages: damages.map(({ message }) => message) };
    }),
    documents: keys.map((key) => attempt(() => store.readDocument(key)?.text)),
    manifest: attempt(() => store.readManifest().generation),
  };
});
process.stdout.write(`${JSON.stringify(opened)}\n`);
