import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openLmdbStore } from "../../src/store/lmdb-store.js";
import { startChild } from "../support/child.js";
import { documentRecord, emptyManifest, journalPassage } from "../support/stored-values.js";
import { withTemporaryFolder } from "../support/temporary-folder.js";
import { writeStoredSegment } from "../support/stored-segments.js";

const program = new URL("../support/store-child.js", import.meta.url);

interface Report {
  readonly check: { readonly valueCount: number; readonly damages: readonly string[] };
  readonly documents: readonly (string | null)[];
  readonly manifest: unknown;
}

/** What another process finds in `bytes` as a store's data file. */
async function inspect(folder: string, bytes: Buffer, keys: string[]): Promise<Report | string> {
  mkdirSync(join(folder, "damaged"), { recursive: true });
  writeFileSync(join(folder, "damaged", "data.mdb"), bytes);
  const child = startChild(program, [join(folder, "damaged"), ...keys]);
  const report = JSON.parse(await child.nextLine()) as Report | string;
  assert.equal(await child.ended, 0);
  return report;
}

function asReport(found: Report | string): Report {
  assert.ok(typeof found === "object", JSON.stringify(found));
  return found;
}

/** Bytes of a closed store with one value of each kind, each of which holds its mark. */
async function writeStore(folder: string): Promise<Buffer> {
  const store = openLmdbStore(folder);
  const mark = (text: string): Uint8Array => Buffer.from(`${text} ${"-".repeat(40)}`);
  const bytes = { tables: mark("mark-of-tables"), codes: mark("mark-of-codes") };
  await writeStoredSegment(folder, 4, bytes);
  await store.commit({
    manifest: { ...emptyManifest, name: "mark-of-manifest" },
    documents: new Map([
      ["small", documentRecord("mark-of-small")],
      // Long enough to be compressed, and compressible.
      ["long", documentRecord(`mark-of-long ${"and some more words ".repeat(200)}`)],
      ["whole", documentRecord("whole")],
    ]),
    journalPuts: new Map([[1, journalPassage("small", mark("mark-of-journal"))]]),
    tombstonePuts: new Map([[4, mark("mark-of-tombstones")]]),
  });
  await store.close();
  return readFileSync(join(folder, "data.mdb"));
}

function flipAt(bytes: Buffer, mark: string): Buffer {
  const damaged = Buffer.from(bytes);
  let count = 0;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    damaged[at]! ^= 0x10;
    count += 1;
  }
  assert.ok(count > 0, `${mark} is in the file`);
  return damaged;
}

describe("a damaged store", () => {
  const cases: [mark: string, damage: RegExp][] = [
    ["mark-of-manifest", /^the manifest is damaged/],
    ["mark-of-small", /^document "small" is damaged/],
    ["mark-of-long", /^document "long" is damaged/],
    ["mark-of-journal", /^journal passage 1 is damaged/],
    ["mark-of-tables", /^segment 4 \(tables\) is damaged/],
    ["mark-of-codes", /^segment 4 \(codes\) is damaged/],
    ["mark-of-tombstones", /^tombstones of segment 4 (is|are) damaged/],
  ];
  for (const [mark, damage] of cases)
    it(`is checked: ${mark.replaceAll("-", " ")}`, () =>
      withTemporaryFolder(async (folder) => {
        const bytes = await writeStore(folder);
        const clean = asReport(await inspect(folder, bytes, []));
        assert.deepEqual(clean.check, { valueCount: 8, damages: [] });
        const report = asReport(await inspect(folder, flipAt(bytes, mark), ["whole", "small"]));
        assert.equal(report.check.damages.length, 1, report.check.damages.join("\n"));
        assert.match(report.check.damages[0] ?? "", damage);
        assert.equal(report.check.valueCount, 8);
        assert.equal(report.documents[0], "whole");
        if (mark === "mark-of-small") assert.match(report.documents[1] ?? "", /^DATA_CORRUPT: /);
      }));

  it("is refused where LMDB's own file header is gone", () =>
    withTemporaryFolder(async (folder) => {
      const bytes = await writeStore(folder);
      bytes.fill(0, 0, 4096);
      const found = await inspect(folder, bytes, []);
      assert.ok(typeof found === "string");
      assert.match(found, /^DATA_CORRUPT: .*data\.mdb is damaged/);
    }));

  for (const share of [0.05, 0.3, 0.6, 0.95])
    it(`does not end the process when it was cut off at ${share} of its length`, () =>
      withTemporaryFolder(async (folder) => {
        const bytes = await writeStore(folder);
        const shorter = bytes.subarray(0, Math.floor(share * bytes.length));
        const found = await inspect(folder, shorter, ["whole"]);
        if (typeof found === "string") assert.match(found, /^DATA_CORRUPT: /);
        // Where nothing was lost but free pages, nothing need be said.
        else if (found.check.damages.length === 0) assert.equal(found.check.valueCount, 8);
      }));

  it("opens where only the end of the file is missing that no page was written to", () =>
    withTemporaryFolder(async (folder) => {
      const bytes = await writeStore(folder);
      // The meta pages name a page more than there is, as after one that was taken and given back.
      for (const page of [0, 4096])
        bytes.writeUInt32LE(bytes.readUInt32LE(page + 144) + 1, page + 144);
      const report = asReport(await inspect(folder, bytes, ["whole"]));
      assert.deepEqual(report.check.damages, []);
      assert.deepEqual(report.documents, ["whole"]);
    }));
});
