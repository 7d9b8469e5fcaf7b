// kill -9 at any moment: what was acknowledged is there, and nothing is there by half.

import assert from "node:assert/strict";

import { createPrng } from "../../src/core/prng.js";
import { closeCollection } from "../../src/index/collection.js";
import type { PutOperation } from "../../src/ingest/write-operations.js";
import { lockFolder } from "../../src/store/folder-lock.js";
import { startChild } from "../support/child.js";
import { openSmallCollection, seededPut } from "../support/collections.js";
import { contentsOf, readContents } from "../support/generation-contents.js";
import type { Contents } from "../support/generation-contents.js";
import { withTemporaryFolder } from "../support/temporary-folder.js";

const writerProgram = new URL("./writer-child.js", import.meta.url);
const killCount = 20;

type Model = Map<string, PutOperation>;

interface Told {
  /** In the order in which the writer was asked; undefined for a delete. */
  readonly writes: { readonly key: string; readonly version: number | undefined }[];
  acknowledgedCount: number;
}

/** Starts a writer on `folder`, kills it after `lineCount` lines, and returns what it has told. */
async function writeAndKill(
  folder: string,
  options: { readonly seed: number; readonly firstVersion: number; readonly lineCount: number },
): Promise<Told> {
  const { seed, firstVersion, lineCount } = options;
  const child = startChild(writerProgram, [folder, `${seed}`, `${firstVersion}`]);
  assert.equal(await child.nextLine(), "started");
  const told: Told = { writes: [], acknowledgedCount: 0 };
  let count = 0;
  for await (const line of child.lines) {
    note(told, line);
    count += 1;
    // What it still wrote before it died comes after this.
    if (count === lineCount) child.kill("SIGKILL");
  }
  assert.equal(await child.ended, "SIGKILL");
  return told;
}

function note(told: Told, line: string): void {
  const parts = /^write (delete|\d+) (key \d+)$/.exec(line);
  if (line === "acknowledged") told.acknowledgedCount += 1;
  else if (parts !== null)
    told.writes.push({
      key: parts[2] ?? "",
      version: parts[1] === "delete" ? undefined : Number(parts[1]),
    });
  else assert.fail(`the writer said: ${line}`);
}

/** Opens the folder as the next start would, and reads all of it. */
async function recover(folder: string): Promise<Contents> {
  const lock = lockFolder(folder);
  const collection = await openSmallCollection(folder);
  const contents = readContents(collection.generation);
  assert.deepEqual(collection.damages, []);
  assert.deepEqual(collection.store.check().damages, []);
  assert.equal(collection.generation.documentCount, contents.documents.size);
  checkNothingIsLeftOver(collection.store.journal(), collection.manifest.segments);
  await closeCollection(collection);
  lock.release();
  return contents;
}

/** A passage is in the journal or in a segment, never in both. */
function checkNothingIsLeftOver(
  journal: Iterable<[sequence: number, unknown]>,
  segments: readonly { readonly firstSequence: number; readonly lastSequence: number }[],
): void {
  for (const [sequence] of journal)
    for (const { firstSequence, lastSequence } of segments)
      assert.ok(sequence < firstSequence || sequence > lastSequence, `${sequence} is there twice`);
}

/**
 * The state after as many of the writes as explain `contents`: all that were acknowledged and
 * perhaps some that were under way, in order. Fails when no such number does.
 */
function explain(before: Model, told: Told, contents: Contents): Model {
  const model: Model = new Map(before);
  for (const [i, { key, version }] of told.writes.entries()) {
    if (i >= told.acknowledgedCount && isShown(model, contents)) return model;
    if (version === undefined) model.delete(key);
    else model.set(key, seededPut(key, version));
  }
  // The last possibility; also what the failure is compared with.
  assert.deepEqual(contents, contentsOf(model.values()));
  return model;
}

function isShown(model: Model, contents: Contents): boolean {
  try {
    assert.deepEqual(contents, contentsOf(model.values()));
    return true;
  } catch {
    return false;
  }
}

describe("a writer that is killed", () => {
  it(`loses nothing it acknowledged and leaves nothing half done, ${killCount} times`, () =>
    withTemporaryFolder(async (folder) => {
      const prng = createPrng(2026);
      let model: Model = new Map();
      let acknowledgedCount = 0;
      for (let kill = 0; kill < killCount; kill += 1) {
        const lineCount = 1 + (prng.nextUint32() % 150);
        const options = { seed: prng.nextUint32(), firstVersion: kill * 10_000, lineCount };
        const told = await writeAndKill(folder, options);
        model = explain(model, told, await recover(folder));
        acknowledgedCount += told.acknowledgedCount;
      }
      assert.ok(acknowledgedCount > 20 * killCount, "the writer got some way between the kills");
      const collection = await openSmallCollection(folder);
      assert.ok(collection.manifest.segments.length > 1, "it was flushed between the kills");
      await closeCollection(collection);
    }));
});
