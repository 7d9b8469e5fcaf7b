import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  formatBeirQrels,
  formatTrecQrels,
  parseQrels,
  readQrels,
} from "../../../src/eval/qrels.js";

const expected = new Map([
  ["q1", new Map([["d1", 2], ["d2", 0]])], // prettier-ignore
  ["q2", new Map([["d1", -1]])],
]);

describe("parseQrels", () => {
  it("reads BEIR's table, with or without its header, and with carriage returns", () => {
    const rows = "q1\td1\t2\nq1\td2\t0\nq2\td1\t-1\n";
    const header = "query-id\tcorpus-id\tscore\n";
    assert.deepEqual(parseQrels(header + rows, "test.tsv"), expected);
    assert.deepEqual(parseQrels(rows, "test.tsv"), expected);
    assert.deepEqual(parseQrels((header + rows).replaceAll("\n", "\r\n"), "test.tsv"), expected);
    const spaced = parseQrels(`${header}a query\ta document\t1`, "test.tsv");
    assert.deepEqual(spaced, new Map([["a query", new Map([["a document", 1]])]]));
  });

  it("reads TREC's, whatever blanks it uses", () => {
    assert.deepEqual(parseQrels("q1 0 d1 2\nq1 0\td2  0\n\nq2\t0\td1\t-1", "qrels.txt"), expected);
  });

  it("gives back what it wrote, in order", () => {
    for (const text of [formatBeirQrels(expected), formatTrecQrels(expected)]) {
      assert.deepEqual([...parseQrels(text, "file")], [...expected]);
    }
    assert.deepEqual(parseQrels("", "file"), new Map());
  });

  it("names file and line of a fault", () => {
    const faults: [string, RegExp][] = [
      ["q1 0 d1 2\nq1 0 d2", /^x:2: has 3 columns, expected 4$/],
      ["a\tb\tscore\nq1\td1\tmany", /^x:2: "many" is not a number$/],
      ["q1 0 d1 1.5", /^x:1: "1.5" is not a whole number$/],
      ["q1 0 d1 1\nq1 0 d1 2", /^x:2: query q1 judges document d1 twice$/],
    ];
    for (const [text, message] of faults) {
      assert.throws(() => parseQrels(text, "x"), { reason: "INVALID_INPUT_FILE", message });
    }
    assert.equal(parseQrels("q1 0 d1 1\nq1 0 d1 1", "x").get("q1")?.size, 1);
  });
});

describe("readQrels", () => {
  it("reads a file, and refuses one that is missing or not UTF-8", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-qrels-"));
    try {
      const path = join(folder, "test.tsv");
      await writeFile(path, formatBeirQrels(expected));
      assert.deepEqual(await readQrels(path), expected);
      await writeFile(path, Buffer.of(0x71, 0xff, 0x0a));
      await assert.rejects(readQrels(path), { reason: "INVALID_INPUT_FILE" });
      await assert.rejects(readQrels(join(folder, "absent")), { reason: "INVALID_INPUT_FILE" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
