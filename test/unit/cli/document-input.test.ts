// Which documents the paths of `sluice ingest` stand for.

import assert from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { openDocumentInput } from "../../../src/cli/document-input.js";
import { readStandardInput } from "../../../src/cli/standard-input.js";
import { SluiceError } from "../../../src/core/errors.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";

describe("the input of ingest", () => {
  const folder = useTemporaryFolder();
  const write = (name: string, content: string | Buffer): string => {
    const path = join(folder(), name);
    writeFileSync(path, content);
    return path;
  };

  it("joins files of several kinds in order and knows their size", async () => {
    const lines = write("a.jsonl", '{"key":"a","text":"x"}\n{"key":"b","text":"y"}\n');
    const zipped = write("b.jsonl.gz", gzipSync('{"key":"c","text":"z"}\n'));
    const table = write("c.csv", "key,text\nd,w\n");
    const beir = join(folder(), "beir");
    mkdirSync(join(beir, "qrels"), { recursive: true });
    writeFileSync(join(beir, "corpus.jsonl"), '{"_id":"e","text":"v"}\n');
    writeFileSync(join(beir, "queries.jsonl"), "");
    const paths = [lines, zipped, table, beir];
    const { keys, byteCount } = await readAll(paths);
    assert.deepEqual(keys, ["a", "b", "c", "d", "e"]);
    const sizes = [lines, zipped, table, join(beir, "corpus.jsonl")].map(
      (path) => statSync(path).size,
    );
    assert.equal(
      byteCount,
      sizes.reduce((sum, size) => sum + size),
    );
  });

  it("goes on after faulty lines and tells each", async () => {
    const path = write("a.jsonl", '{"key":"a","text":"x"}\nnot json\n{"key":"b","text":"y"}\n');
    const { keys, faults } = await readAll([path]);
    assert.deepEqual(keys, ["a", "b"]);
    assert.equal(faults.length, 1);
    assert.match(faults[0]?.message ?? "", /a\.jsonl:2: is not valid JSON/);
  });

  it("goes on after a file that cannot be read, where there are several", async () => {
    const table = write("a.csv", "a,b\n1,2\n");
    const lines = write("b.jsonl", '{"key":"b","text":"y"}\n');
    const { keys, faults } = await readAll([table, lines]);
    assert.deepEqual(keys, ["b"]);
    assert.match(faults[0]?.message ?? "", /a\.csv:1: "text" is missing/);
    await assert.rejects(readAll([table]), /"text" is missing/);
  });

  it("refuses a path that is not there before anything is read", async () => {
    await assert.rejects(
      openDocumentInput([join(folder(), "none.jsonl")]),
      (error) => error instanceof SluiceError && error.reason === "INVALID_INPUT_FILE",
    );
  });
});

describe("standard input", () => {
  it("is read line by line, wherever its blocks end", async () => {
    const text = '{"key":"é","text":"naïve 👍"}\r\n\n{"key":"b","text":"y"}';
    const blocks = Array.from(Buffer.from(text), (byte) => Buffer.from([byte]));
    const items = [];
    for await (const batch of readStandardInput(Readable.from(blocks), {})) items.push(...batch);
    assert.deepEqual(
      items.map(({ document, line }) => [document?.key, document?.text, line]),
      [
        ["é", "naïve 👍", 1],
        ["b", "y", 3],
      ],
    );
  });

  it("names lines that are not UTF-8 or not JSON", async () => {
    const bytes = Buffer.concat([Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from("{\n")]);
    const faults = [];
    for await (const batch of readStandardInput(Readable.from([bytes]), {}))
      faults.push(...batch.map(({ error }) => error?.message));
    assert.match(faults[0] ?? "", /^standard input:1: is not valid UTF-8/);
    assert.match(faults[1] ?? "", /^standard input:2: is not valid JSON/);
  });
});

interface Everything {
  readonly keys: string[];
  readonly faults: SluiceError[];
  readonly byteCount: number | undefined;
}

async function readAll(paths: readonly string[]): Promise<Everything> {
  const input = await openDocumentInput(paths);
  const faults: SluiceError[] = [];
  const keys: string[] = [];
  const read = input.read({ onFault: (fault) => faults.push(fault) });
  for await (const { key } of read) keys.push(key);
  return { keys, faults, byteCount: input.byteCount };
}
