// Writes to a store until its disk is full, reports what remains, and continues once space is
// freed. Prints lines of JSON; a line on standard input means that there is space again.

import { createInterface } from "node:readline";

import { toSequence } from "../../src/core/ids.js";
import { isSluiceError } from "../../src/core/errors.js";
import { createPrng } from "../../src/core/prng.js";
import { writeStoredSegment } from "./stored-segments.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import { emptyManifest, journalPassage } from "./stored-values.js";

const passageBytes = 100_000;
const [, , folder = ""] = process.argv;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const prng = createPrng(5);
const store = openLmdbStore(folder);
await store.commit({ manifest: emptyManifest });
let acknowledged = 0;
const say = (failure: unknown): void => {
  const state = {
    failure: isSluiceError(failure) ? `${failure.reason}: ${failure.message}` : String(failure),
    acknowledged,
    lastSequence: store.readManifest().lastSequence,
    journal: [...store.journal()].map(([sequence]) => sequence),
    damages: store.check().damages,
  };
  process.stdout.write(`${JSON.stringify(state)}\n`);
};

async function write(sequence: number): Promise<void> {
  const codes = Uint8Array.from({ length: passageBytes }, () => prng.nextUint32());
  await store.commit({
    manifest: { ...emptyManifest, lastSequence: toSequence(sequence) },
    journalPuts: new Map([[sequence, journalPassage(`${sequence}`, codes)]]),
  });
  acknowledged = sequence;
}

async function writeUntilRefused(): Promise<unknown> {
  for (let i = 0; i < 1000; i += 1) {
    try {
      await write(acknowledged + 1);
    } catch (error) {
      return error;
    }
  }
  return "never";
}

say(await writeUntilRefused());
// A write larger than the remaining space fails in another place than one that nearly fits.
say(
  await writeStoredSegment(folder, 1, {
    tables: Buffer.alloc(1 << 20),
    codes: Buffer.alloc(8 << 20),
  }).catch((error: unknown) => error),
);
await lines.next();
say(await write(acknowledged + 1).catch((error: unknown) => error));
await store.close();
const again = openLmdbStore(folder);
const journal = [...again.journal()].map(([sequence]) => sequence);
process.stdout.write(`${JSON.stringify({ journal, damages: again.check().damages })}\n`);
await again.close();
