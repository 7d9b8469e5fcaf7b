import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import fc from "fast-check";

import { readCsv } from "../../../src/importers/csv.js";
import type { ImportedDocument } from "../../../src/importers/jsonl.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

async function read(table: string | Uint8Array, name = "table.csv"): Promise<ImportedDocument[]> {
  const items: ImportedDocument[] = [];
  await withTemporaryFolder(async (folder) => {
    await writeFile(join(folder, name), table);
    for await (const item of readCsv(join(folder, name))) items.push(item);
  });
  return items;
}

describe("readCsv", () => {
  it("makes documents of the known columns and keyword fields of the others", async () => {
    const items = await read('id,text,title,lang\r\n1,"a ""b"", c\nd",T,en\r\n\r\n2,x,,\r\n');
    assert.deepEqual(items, [
      {
        document: {
          key: "1",
          title: "T",
          text: 'a "b", c\nd',
          fields: new Map([["lang", { kind: "keyword", value: "en" }]]),
        },
        line: 2,
      },
      { document: { key: "2", title: "", text: "x", fields: new Map() }, line: 5 },
    ]);
  });

  it("separates cells by tabs in .tsv files", async () => {
    const [item] = await read("key\ttext\na\tone, two\n", "table.tsv");
    assert.deepEqual([item?.document?.key, item?.document?.text], ["a", "one, two"]);
  });

  it("reports faulty records at the line they start at, and goes on", async () => {
    const items = await read('key,text\na\nb,x"y\nc,"x"y\n,x\nd,good\ne,"open\nf,x');
    assert.deepEqual(
      items.map(({ document, error, line }) => [
        line,
        document?.key ?? error?.message.split(": ")[1],
      ]),
      [
        [2, "has 1 cells, the header has 2"],
        [3, "a quote stands inside a cell that is not quoted"],
        [4, "a quote stands inside a cell that is not quoted"],
        [5, "the key is missing"],
        [6, "d"],
        [7, "a quoted cell is never closed"],
      ],
    );
  });

  it("takes nothing for a record after an unreadable line in a quoted cell", async () => {
    const bytes = Buffer.from('key,text\na,\xff\nb,"one\n\xff\nc,fake\n"\nd,x\n', "latin1");
    const items = await read(bytes);
    assert.deepEqual(
      items.map(({ error, line }) => [line, error?.message.split(": ")[1]]),
      [
        [2, "is not valid UTF-8"],
        [4, "is not valid UTF-8"],
        [3, "a quoted cell cannot be continued; the rest of the file is skipped"],
      ],
    );
  });

  it("refuses a table without header, key or text, or with a column twice", async () => {
    const faults = [
      "",
      "text,title\n",
      "key,id,text\n",
      "key,title\n",
      "key,text,a,a\n",
      "key,text,\n",
    ];
    for (const table of faults) {
      await assert.rejects(read(table), { reason: "INVALID_INPUT_FILE" }, table);
    }
  });

  it("gives back any cells", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", ",", '"', "\n", " ") });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 6 }), async (cells) => {
        const rows = cells.map((text, i) => `${i + 1},"${text.replaceAll('"', '""')}"\n`);
        const items = await read(`key,text\n${rows.join("")}`);
        assert.deepEqual(
          items.map(({ document }) => document?.text),
          cells,
        );
      }),
      { numRuns: 40 },
    );
  });
});
