// Writes to a collection without end, until it is killed. Tells each write before it is made and
// each acknowledgement, at once: a line that was written is in the pipe whatever happens then.
// Arguments: folder, seed, first version.

import { writeSync } from "node:fs";

import { createPrng } from "../../src/core/prng.js";
import { createCollectionWriter } from "../../src/ingest/collection-writer.js";
import type { CollectionWriter } from "../../src/ingest/collection-writer.js";
import type { WriteOperation } from "../../src/ingest/write-operations.js";
import { lockFolder } from "../../src/store/folder-lock.js";
import { openSmallCollection, seededPut } from "../support/collections.js";

const [, , folder = "", seed = "0", firstVersion = "1"] = process.argv;
const prng = createPrng(Number(seed));
let version = Number(firstVersion);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function nextOperation(): WriteOperation {
  const key = `key ${prng.nextUint32() % 40}`;
  if (prng.nextUint32() % 4 === 0) return { kind: "delete", key };
  version += 1;
  return seededPut(key, version);
}

async function writeOne(writer: CollectionWriter): Promise<void> {
  const operation = nextOperation();
  say(`write ${operation.kind === "put" ? version : "delete"} ${operation.key}`);
  await writer.write(operation);
  say("acknowledged");
}

lockFolder(folder);
const collection = await openSmallCollection(folder);
// Some flushes a second: a passage has some 14 bytes of codes.
const writer = createCollectionWriter(collection, { flushBytes: 400 });
say("started");
for (;;) {
  const count = 1 + (prng.nextUint32() % 8);
  await Promise.all(Array.from({ length: count }, () => writeOne(writer)));
}
