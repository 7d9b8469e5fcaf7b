import assert from "node:assert/strict";
import { appendFile, mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import fc from "fast-check";

import { limits } from "../../../src/core/limits.js";
import { inputError } from "../../../src/importers/input-error.js";
import { readLines } from "../../../src/importers/lines.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

async function read(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text, error, line } of readLines(path)) {
    lines.push(`${line}:${text ?? error.message.replace(path, "FILE")}`);
  }
  return lines;
}

describe("readLines", () => {
  it("numbers lines from 1 and drops line ends and a byte order mark", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "lines.txt");
      await writeFile(path, "\ufeffone\r\n\ntwo \u2028é\nlast");
      assert.deepEqual(await read(path), ["1:one", "2:", "3:two \u2028é", "4:last"]);
      await writeFile(path, "");
      assert.deepEqual(await read(path), []);
    });
  });

  it("reads gzip whatever its name, also several archives in one file", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "lines.txt");
      await writeFile(path, Buffer.concat([gzipSync("a\nb"), gzipSync("c\nd\n")]));
      assert.deepEqual(await read(path), ["1:a", "2:bc", "3:d"]);
    });
  });

  it("reports a line that is not UTF-8 and goes on", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "lines.txt");
      const broken = Buffer.concat([
        Buffer.from("a\n"),
        Buffer.of(0xc3, 0x28, 0x0a),
        Buffer.from("b"),
      ]);
      await writeFile(path, broken);
      assert.deepEqual(await read(path), [
        "1:a",
        "2:FILE:2: is not valid UTF-8; name the encoding, such as windows-1252",
        "3:b",
      ]);
    });
  });

  it("reports a line beyond the limit, without holding it, and goes on", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "lines.txt");
      await writeFile(path, "a\n");
      await truncate(path, limits.inputLineBytesMax + 3);
      await appendFile(path, "\nb\n");
      const [first, long, last] = await read(path);
      assert.deepEqual([first, last], ["1:a", "3:b"]);
      assert.match(long ?? "", /^2:FILE:2: is longer than 134217728 bytes; split it$/);
    });
  });

  it("reports gzip that breaks off, after the lines before", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "lines.gz");
      const rows = Array.from({ length: 50_000 }, (_, i) => `line ${i * 7919}\n`).join("");
      const whole = gzipSync(rows);
      await writeFile(path, whole.subarray(0, whole.length / 2));
      const lines = await read(path);
      assert.ok(lines.length > 1000);
      assert.equal(lines[0], "1:line 0");
      assert.match(lines.at(-1) ?? "", /FILE:\d+: cannot be read: unexpected end of file/);
    });
  });

  it("refuses folders and files that are not there", async () => {
    await withTemporaryFolder(async (folder) => {
      await mkdir(join(folder, "inner"));
      for (const name of ["inner", "absent"]) {
        await assert.rejects(read(join(folder, name)), { reason: "INVALID_INPUT_FILE" });
      }
    });
  });

  it("closes the file when the caller stops early", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "lines.txt");
      await writeFile(path, "x\n".repeat(500_000));
      for (let i = 0; i < 50; i += 1) {
        for await (const { line } of readLines(path)) if (line === 3) break;
      }
    });
  });

  it("gives back any lines, plain and compressed", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "lines.txt");
      const line = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n\ufeff]/.test(text));
      await fc.assert(
        fc.asyncProperty(fc.array(line), fc.boolean(), async (lines, isCompressed) => {
          const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
          await writeFile(path, isCompressed ? gzipSync(bytes) : bytes);
          assert.deepEqual(
            await read(path),
            lines.map((text, i) => `${i + 1}:${text}`),
          );
        }),
        { numRuns: 40 },
      );
    });
  });
});

describe("inputError", () => {
  it("names file, line and fault", () => {
    assert.equal(inputError("a.jsonl", 3, "is bad").message, "a.jsonl:3: is bad");
  });
});
