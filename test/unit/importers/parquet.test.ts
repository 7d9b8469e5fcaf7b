import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

import { parquetWriteBuffer } from "hyparquet-writer";
import type { ColumnSource } from "hyparquet-writer";

import { openDocumentInput } from "../../../src/cli/document-input.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { importedLines } from "../../support/import-file.js";

function createParquet(columnData: ColumnSource[], options: object = {}): Buffer {
  return Buffer.from(parquetWriteBuffer({ columnData, ...options }));
}

const columns: ColumnSource[] = [
  { name: "id", data: [1n, 2n], type: "INT64" },
  { name: "text", data: ["x", "y"], type: "STRING" },
  { name: "year", data: [2020, null], type: "INT32" },
  { name: "price", data: [1.5, NaN], type: "DOUBLE" },
  { name: "big", data: [9007199254740993n, 1n], type: "INT64" },
  { name: "seen", data: [new Date("2024-01-31T10:00:00Z"), null], type: "TIMESTAMP" },
  { name: "open", data: [true, false], type: "BOOLEAN" },
  { name: "meta", data: [{ lang: "en", tags: ["a", "b"] }, {}], type: "JSON" },
];

describe("a Parquet file", () => {
  it("is a document for each row, with the kinds of its columns", async () => {
    assert.deepEqual(await importedLines("a.parquet", createParquet(columns)), [
      "1||x|year:integer=2020|price:float=1.5|big:integer=9007199254740993|" +
        "seen:time=1706695200000|open:boolean=true|meta.lang:keyword=en|meta.tags:keywords=a,b",
      "2||y|big:integer=1|open:boolean=false",
    ]);
  });

  it("is read with any number of row groups and compressed in any usual way", async () => {
    const ids = Array.from({ length: 25 }, (_, i) => `k${i}`);
    const data: ColumnSource[] = [
      { name: "id", data: ids, type: "STRING" },
      { name: "text", data: ids, type: "STRING" },
    ];
    const gzip = { codec: "GZIP", compressors: { GZIP: (bytes: Uint8Array) => gzipSync(bytes) } };
    for (const options of [{ codec: "UNCOMPRESSED" }, { codec: "SNAPPY" }, gzip]) {
      const lines = await importedLines(
        "a.parquet",
        createParquet(data, { rowGroupSize: 10, ...options }),
      );
      assert.deepEqual(
        lines,
        ids.map((id) => `${id}||${id}`),
      );
    }
  });

  it("goes by the mapping, and has keys by row", async () => {
    const parquet = createParquet(columns, { rowGroupSize: 1 });
    const options = { key: "big", fields: ["year"] };
    assert.deepEqual(await importedLines("a.parquet", parquet, options), [
      "9007199254740993||x|year:integer=2020",
      "1||y",
    ]);
    const [first, ...others] = columns.slice(1, 3);
    assert.deepEqual(
      await importedLines("a.parquet", createParquet([first!, ...others]), { keyByLine: true }),
      ["a.parquet:1||x|year:integer=2020", "a.parquet:2||y"],
    );
  });

  it("is refused when it has no key, no text, or is damaged", async () => {
    await assert.rejects(
      importedLines("a.parquet", createParquet(columns.slice(1, 3))),
      /the key is missing.*the columns are "text", "year"/,
    );
    await assert.rejects(importedLines("a.parquet", "no"), /cannot be read as Parquet/);
    const damaged = createParquet(columns, { rowGroupSize: 1 });
    damaged.fill(0xff, 4, 60);
    const lines = await importedLines("a.parquet", damaged);
    assert.match(lines[0] ?? "", /^a\.parquet:1: the row group cannot be read/);
    assert.equal(lines[1], "2||y|big:integer=1|open:boolean=false");
  });
});

describe("the folder of a data set", () => {
  const folder = useTemporaryFolder();
  const write = (name: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder(), name)), { recursive: true });
    writeFileSync(join(folder(), name), content);
  };
  const read = async (): Promise<{ lines: string[]; skipped: object }> => {
    const input = await openDocumentInput([folder()]);
    const lines: string[] = [];
    const documents = input.read({
      onFault: ({ message }) => {
        throw new Error(message);
      },
    });
    for await (const { key, fields } of documents)
      lines.push(`${key} ${String(fields.get("split")?.value)}`);
    return { lines, skipped: Object.fromEntries(input.skipped) };
  };

  it("has the rows of its files, with their split, and not its card", async () => {
    write("README.md", "---\nlicense: mit\n---\n# Card");
    write("data/train-00000-of-00001.parquet", createParquet(columns));
    write("data/validation-00000-of-00001.parquet", createParquet(columns.slice(1), {}));
    await assert.rejects(read(), /the key is missing/);
    write("data/validation-00000-of-00001.parquet", createParquet(columns));
    assert.deepEqual(await read(), {
      lines: ["1 train", "2 train", "1 validation", "2 validation"],
      skipped: { ".md": 1 },
    });
  });

  it("is known by its card or description when it has no Parquet", async () => {
    write("README.md", "---\nconfigs:\n- config_name: default\n---\n# Card");
    write("dev.json", '[{"id": "a", "text": "x"}]');
    write("test/part.csv", "id,text\nb,x\n");
    write("dataset_infos.json", "{}");
    assert.deepEqual(await read(), {
      lines: ["a validation", "b test"],
      skipped: { ".md": 1, ".json": 1 },
    });
  });

  it("is a folder of documents when only some of its files are Parquet", async () => {
    write("a.md", "x");
    write("b.parquet", createParquet(columns));
    write("settings.json", "{}");
    assert.deepEqual(await read(), {
      lines: ["a.md undefined", "1 undefined", "2 undefined"],
      skipped: { ".json": 1 },
    });
  });
});
