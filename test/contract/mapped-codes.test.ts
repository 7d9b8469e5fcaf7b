// Codes above 16 MiB are scored in the map of the data file: without copies, while the file grows,
// and only where their checksums are right.

import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

import { createCodec } from "../../src/codec/codec.js";
import { createPrng } from "../../src/core/prng.js";
import { closeCollection } from "../../src/index/collection.js";
import type { Collection, WritableCollection } from "../../src/index/collection.js";
import { createCodesReader } from "../../src/index/segment-codes.js";
import type { FlushedPart } from "../../src/index/segment-parts.js";
import { CollectionWriter } from "../../src/ingest/collection-writer.js";
import type { PutOperation } from "../../src/ingest/write-operations.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import type { MaxSimAnswer } from "../../src/scoring/score.protocol.js";
import { createInlineScorer } from "../../src/scoring/scorer.js";
import type { Scorer } from "../../src/scoring/scorer.js";
import { createMapTurn } from "../../src/store/map-turn.js";
import { openSmallCollection, seededPut, smallSettings } from "../support/collections.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { withScorePool } from "../support/score-pool.js";
import { writeStoredSegment } from "../support/stored-segments.js";

const { kernels } = loadKernels();
const rowsPerPassage = 10_000;
const passageBytes = 4 * rowsPerPassage;
const passageCount = 450;

/** One passage of 40 KB of codes. */
function largePut(version: number): PutOperation {
  const prng = createPrng(version);
  const codes = new Uint8Array(passageBytes);
  const words = new Uint32Array(codes.buffer);
  for (let i = 0; i < words.length; i += 1) words[i] = prng.nextUint32();
  const put = seededPut(`key ${version}`, version);
  const [passage] = put.passages;
  assert.ok(passage !== undefined);
  return { ...put, passages: [{ ...passage, tokenCount: rowsPerPassage, codes }] };
}

const puts = Array.from({ length: passageCount }, (_, i) => largePut(i + 1));

const queryValues = Float32Array.from({ length: 3 * 16 }, (_, i) => Math.sin(i + 1));
for (let row = 0; row < 3; row += 1) {
  const values = queryValues.subarray(16 * row, 16 * row + 16);
  const norm = Math.hypot(...values);
  values.forEach((value, i) => (values[i] = value / norm));
}
const { tokens: query } = createCodec(smallSettings, kernels).encodeQuery({
  values: queryValues,
  rowCount: 3,
  dim: 16,
});

/** Opens the collection; its first segment holds every passage, 18 MB of codes. */
interface Opened {
  readonly owner: WritableCollection;
  readonly collection: Collection;
  readonly part: FlushedPart;
}

async function openLarge(folder: string): Promise<Opened> {
  const owner = await openSmallCollection(folder);
  const collection = owner.view;
  const writer = new CollectionWriter(owner, { flushBytes: 2 ** 30 });
  if (collection.manifest.segments.length === 0) {
    await Promise.all(puts.map((put) => writer.write(put)));
    await writer.optimize({ isFull: false });
  }
  await writer.close();
  const part = collection.generation.segments[0]?.part;
  assert.ok(part?.kind === "flushed");
  return { owner, collection, part };
}

async function scoreAll(scorer: Scorer, part: FlushedPart): Promise<MaxSimAnswer> {
  const answer = await scorer.maxSim({
    kind: "maxsim",
    parts: [part],
    partOf: new Uint32Array(passageCount),
    ordinals: Uint32Array.from({ length: passageCount }, (_, ordinal) => ordinal),
    query,
    bits: smallSettings.bits,
    bm25: [],
    cancel: new SharedArrayBuffer(4),
  });
  assert.ok(answer !== undefined);
  return answer;
}

/** What scores are, from the codes that were written. */
function expectedScores(): Float32Array {
  const bytes = Buffer.concat(puts.map(({ passages }) => passages[0]?.codes ?? Buffer.alloc(0)));
  const tokenOffsets = Uint32Array.from({ length: passageCount + 1 }, (_, i) => i * rowsPerPassage);
  const ordinals = Uint32Array.from({ length: passageCount }, (_, ordinal) => ordinal);
  const scores = new Float32Array(passageCount);
  const codes = { bytes, dim: 16, bits: smallSettings.bits };
  kernels.maxSimBatch(query, codes, tokenOffsets, ordinals, scores);
  return scores;
}

const expected = expectedScores();

/** Address ranges at which this process has mapped the folder's data file. */
function mapsOf(folder: string): string[] {
  const lines = readFileSync("/proc/self/maps", "utf8").split("\n");
  return lines.filter((line) => line.endsWith(join(folder, "data.mdb")));
}

describe("codes above 16 MiB", () => {
  const folder = useTemporaryFolder();

  it("are scored in the map, with nothing copied", async () => {
    const { collection, part } = await openLarge(folder());
    assert.ok(!(part.codes instanceof SharedArrayBuffer) && part.codes.kind === "mapped");
    assert.equal(part.codes.byteLength, passageCount * passageBytes);
    const scorer = createInlineScorer(kernels);
    const before = process.memoryUsage().arrayBuffers;
    const { scores, damages } = await scoreAll(scorer, part);
    const copied = process.memoryUsage().arrayBuffers - before;
    assert.deepEqual(damages, []);
    assert.deepEqual(scores, expected);
    assert.ok(copied < 2 ** 20, `${copied} bytes were copied`);
    // The view lies in a window of the map, which is as large as the map and not the value.
    const reader = createCodesReader(createMapTurn());
    assert.ok(reader.bytesOf(part.codes).buffer.byteLength > 2 ** 31);
    await reader.release(folder());
    await scorer.release(folder());
    await closeCollection(collection);
  });

  it("keep their scores and their place while the file grows to many times its size", async () => {
    const { collection, part } = await openLarge(folder());
    await withScorePool(2, async (scorer) => {
      const place = mapsOf(folder());
      assert.ok(place.length <= 1, "one map for all threads");
      const growing = (async () => {
        const codes = new Uint8Array(24 * 2 ** 20);
        for (let id = 1000; id < 1010; id += 1)
          await writeStoredSegment(folder(), id, { tables: new Uint8Array(8), codes });
      })();
      let hasGrown = false;
      const over = growing.then(() => (hasGrown = true));
      let rounds = 0;
      while (!hasGrown || rounds < 5) {
        const answers = await Promise.all([1, 2].map(() => scoreAll(scorer, part)));
        for (const { scores } of answers) assert.deepEqual(scores, expected);
        rounds += 1;
      }
      await over;
      assert.ok(collection.store.diskBytes() > 250 * 2 ** 20);
      assert.deepEqual(mapsOf(folder()), place);
      await scorer.release(folder(), [part]);
    });
    await closeCollection(collection);
  });

  it("are explained from a thread of the pool: the passage's own token vectors come back, and no more", async () => {
    const { collection, part } = await openLarge(folder());
    await withScorePool(1, async (scorer) => {
      for (const ordinal of [0, 200, passageCount - 1]) {
        const answer = await scorer.explain({
          kind: "explain",
          parts: [part],
          ordinal,
          query,
          bits: smallSettings.bits,
          bm25: [],
          cancel: new SharedArrayBuffer(4),
        });
        assert.equal(answer?.damage, undefined);
        assert.deepEqual(answer?.codes, puts[ordinal]?.passages[0]?.codes);
        assert.equal(answer?.codes.buffer.byteLength, passageBytes);
      }
      await scorer.release(folder(), [part]);
    });
    await closeCollection(collection);
  });

  it("are not believed where a checksum is wrong: no passage of the segment is scored", async () => {
    const first = await openLarge(folder());
    await closeCollection(first.collection);
    const codes = puts[200]?.passages[0]?.codes.subarray(0, 64);
    assert.ok(codes !== undefined);
    flip(join(folder(), "data.mdb"), Buffer.from(codes));
    const { owner, part } = await openLarge(folder());
    const { view: collection } = owner;
    assert.deepEqual(collection.damages, []);
    await withScorePool(1, async (scorer) => {
      const { scores, damages } = await scoreAll(scorer, part);
      assert.match(damages[0]?.message ?? "", /segment 1 \(codes\) is damaged: bytes from \d+/);
      assert.ok(scores.every((score) => Number.isNaN(score)));
      await scorer.release(folder(), [part]);
    });
    const writer = new CollectionWriter(owner, { flushBytes: 2 ** 30 });
    const { segments } = collection.manifest;
    await writer.write({ kind: "delete", key: "key 1" });
    await writer.optimize({ isFull: true });
    const kept = segments.map((entry) => ({ ...entry, deadCount: 1 }));
    assert.deepEqual(collection.manifest.segments, kept, "a merge does not copy it either");
    // It is left out of what is searched, but a delete in it is not forgotten.
    assert.match(
      collection.generation.damages.join(),
      /segment 1 .*\(449 passages are not searched/,
    );
    assert.equal(collection.generation.totals.passageCount, 0);
    await writer.write({ kind: "delete", key: "key 2" });
    await writer.close();
    await closeCollection(collection);
    const again = await openLarge(folder());
    assert.equal(again.collection.generation.totals.passageCount, passageCount - 2);
    await closeCollection(again.collection);
  });
});

/** Changes a bit of each place in the file that holds these bytes. */
function flip(path: string, bytes: Buffer): void {
  const file = openSync(path, "r+");
  try {
    const content = readFileSync(path);
    let count = 0;
    for (let at = content.indexOf(bytes); at >= 0; at = content.indexOf(bytes, at + 1)) {
      const byte = Buffer.alloc(1);
      readSync(file, byte, { position: at });
      byte[0] = (byte[0] ?? 0) ^ 1;
      writeSync(file, byte, 0, 1, at);
      count += 1;
    }
    assert.ok(count > 0);
  } finally {
    closeSync(file);
  }
}
