// Progress lines and the numbers in them.

import assert from "node:assert/strict";
import { createProgressLine, figures, formatSeconds } from "../../../src/cli/terminal/progress.js";
import { createStyle } from "../../../src/cli/terminal/terminal.js";
import { cut, formatCount, formatMs, formatSize } from "../../../src/cli/terminal/text.js";

describe("progress", () => {
  it("is a line every few seconds where there is no terminal, and one at the end", () => {
    let nowMs = 0;
    const lines: string[] = [];
    const progress = createProgressLine({
      label: "ingest",
      unit: "documents",
      total: 1000,
      terminal: {
        isInteractive: false,
        style: createStyle(false),
        size: () => ({ columns: 80, rows: 24 }),
        write: (text) => lines.push(text),
        replaceLines: () => undefined,
      },
      nowMs: () => nowMs,
    });
    for (let done = 1; done <= 1000; done += 1) {
      nowMs += 10;
      progress.update(done);
    }
    progress.finish();
    assert.deepEqual(lines, [
      "ingest: 300 of 1,000 documents, 100/s, 7 s left\n",
      "ingest: 600 of 1,000 documents, 100/s, 4 s left\n",
      "ingest: 900 of 1,000 documents, 100/s, 1 s left\n",
      "ingest: 1,000 of 1,000 documents, 100/s, took 10 s\n",
    ]);
  });

  it("has dashes for what is not known", () => {
    const input = { total: undefined, unit: "documents" };
    assert.deepEqual(figures(input, { units: 50, bytes: 0 }, 1000), {
      count: "50 of - documents",
      rate: "50/s, - left",
    });
    assert.equal(figures({ ...input, total: 9 }, { units: 0, bytes: 0 }, 0).rate, "-/s, - left");
  });

  it("is measured by bytes where the number of documents is not known", () => {
    const input = { total: undefined, unit: "documents", bytesTotal: 4096 };
    assert.deepEqual(figures(input, { units: 50, bytes: 1024 }, 1000), {
      count: "50 documents, 1.0 KiB of 4.0 KiB",
      rate: "50/s, 3 s left",
    });
    assert.equal(figures(input, { units: 50, bytes: 4096 }, 1000).rate, "50/s, took 1 s");
  });

  it("tells times as people do", () => {
    assert.deepEqual([7.2, 200, 7500].map(formatSeconds), ["8 s", "3 min 20 s", "2 h 5 min"]);
  });
});

describe("numbers and lines", () => {
  it("are short and readable", () => {
    assert.equal(formatCount(1234567), "1,234,567");
    assert.deepEqual([0.412, 12.44, 204, 3210, 61_000].map(formatMs), [
      ...["0.41 ms", "12.4 ms", "204 ms", "3.2 s", "61 s"],
    ]);
    assert.deepEqual([12, 2048, 3.5 * 1024 ** 2].map(formatSize), ["12 B", "2.0 KiB", "3.5 MiB"]);
  });

  it("are cut between characters", () => {
    assert.equal(cut("abcdef", 6), "abcdef");
    assert.equal(cut("abcdef", 4), "abc…");
    assert.equal(cut("👍👍👍", 2), "👍…");
  });
});
