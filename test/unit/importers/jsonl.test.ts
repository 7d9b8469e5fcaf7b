import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { readJsonLines } from "../../../src/importers/jsonl.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

async function read(path: string): Promise<string[]> {
  const items: string[] = [];
  for await (const batch of readJsonLines(path, { name: "corpus.jsonl", mapping: {} })) {
    for (const { document, error, line } of batch)
      items.push(`${line} ${document?.key ?? error?.message.replace(path, "FILE") ?? ""}`);
  }
  return items;
}

describe("readJsonLines", () => {
  it("gives good documents and, in their places, the faults of the others", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "corpus.jsonl");
      const lines = [
        '{"key":"a","text":"x"}',
        "",
        '{"key":"b",',
        '{"text":"x"}',
        '{"_id":"c","text":""}',
      ];
      for (const bytes of [Buffer.from(lines.join("\n")), gzipSync(lines.join("\r\n"))]) {
        await writeFile(path, bytes);
        assert.deepEqual(await read(path), [
          "1 a",
          "3 FILE:3: is not valid JSON",
          '4 FILE:4: the key is missing: expected "key", "_id" or "id"; name it with --key',
          "5 c",
        ]);
      }
    });
  });

  it("goes on after bytes that are not UTF-8", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "corpus.jsonl");
      const good = Buffer.from('{"key":"é","text":"x"}\n');
      const bad = Buffer.from('{"key":"é","text":"x"}\n', "latin1");
      await writeFile(path, Buffer.concat([bad, good]));
      assert.deepEqual(await read(path), [
        "1 FILE:1: is not valid UTF-8; name the encoding, such as windows-1252",
        "2 é",
      ]);
    });
  });

  it("refuses a file that is not there", async () => {
    await assert.rejects(read("/nowhere/corpus.jsonl"), { reason: "INVALID_INPUT_FILE" });
  });
});
