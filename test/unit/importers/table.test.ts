import assert from "node:assert/strict";

import fc from "fast-check";

import type { ImportOptions } from "../../../src/importers/import-options.js";
import type { ImportedDocument } from "../../../src/importers/jsonl.js";
import { importFile, importedLines } from "../../support/import-file.js";

type Options = ImportOptions & { readonly name?: string };

function read(
  table: string | Uint8Array,
  { name = "table.csv", ...options }: Options = {},
): Promise<readonly ImportedDocument[]> {
  return importFile(name, table, options);
}

async function rows(
  table: string | Uint8Array,
  { name = "table.csv", ...options }: Options = {},
): Promise<string[]> {
  const lines = await importedLines(name, table, options);
  return lines.map((line) => line.replace(/^[^|]*:(?=\d+: )/, ""));
}

describe("a table", () => {
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
    const [item] = await read("key\ttext\na\tone, two\n", { name: "table.tsv" });
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
        [2, "is not valid UTF-8; name the encoding, such as windows-1252"],
        [4, "is not valid UTF-8; name the encoding, such as windows-1252"],
        [3, "a quoted cell cannot be continued; the rest of the file is skipped"],
      ],
    );
  });

  it("refuses a table without header, key or text, or with a column twice", async () => {
    const faults = ["", "text,title\n", "key,id,text\n", "key,title\n", "key,text,a,a\n"];
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

  it("infers the kinds of columns from all of their cells", async () => {
    const header = "id,text,year,price,zip,day,seen,open,big,tag,none\n";
    const first = "1,x,2020,1,00123,2024-01-31,2024-01-31T10:00:00Z,true,9223372036854775807,1,\n";
    const second = "2,y,-3,20.5,45678,,,False,9223372036854775808,b,\n";
    assert.deepEqual(await rows(header + first), [
      "1||x|year:integer=2020|price:integer=1|zip:keyword=00123|day:time=1706659200000|" +
        "seen:time=1706695200000|open:boolean=true|big:integer=9223372036854775807|tag:integer=1",
    ]);
    assert.deepEqual(await rows(header + first + second), [
      "1||x|year:integer=2020|price:float=1|zip:keyword=00123|day:time=1706659200000|" +
        "seen:time=1706695200000|open:boolean=true|big:keyword=9223372036854775807|tag:keyword=1",
      "2||y|year:integer=-3|price:float=20.5|zip:keyword=45678|" +
        "open:boolean=false|big:keyword=9223372036854775808|tag:keyword=b",
    ]);
  });

  it("takes times without a zone for times only where one is declared", async () => {
    const table = "id,text,seen\n1,x,2024-01-31 10:00:00\n";
    assert.deepEqual(await rows(table), ["1||x|seen:keyword=2024-01-31 10:00:00"]);
    assert.deepEqual(await rows(table, { zoneMinutes: 60 }), ["1||x|seen:time=1706691600000"]);
  });

  it("takes declared kinds, and refuses cells that are not of them", async () => {
    const kinds = new Map([
      ["year", "integer"],
      ["code", "keyword"],
      ["tags", "keywords"],
    ] as const);
    const table = "id,text,year,code,tags\n1,x,2020,5,a| b\n2,y,unknown,6,\n";
    assert.deepEqual(await rows(table, { kinds }), [
      "1||x|year:integer=2020|code:keyword=5|tags:keywords=a,b",
      '3: the cell of "year" is not of the kind integer',
    ]);
  });

  it("finds the delimiter of a CSV file in its header, or is told", async () => {
    for (const delimiter of [",", ";", "\t", "|"]) {
      const table = [
        ["id", "text", "n"],
        ["1", '"a, b; c"', "2"],
      ]
        .map((cells) => cells.join(delimiter))
        .join("\n");
      assert.deepEqual(await rows(table), ["1||a, b; c|n:integer=2"], delimiter);
    }
    assert.deepEqual(await rows("id~text\n1~x", { delimiter: "~" }), ["1||x"]);
  });

  it("takes the cells of a TSV file as they are", async () => {
    const texts = ["5'10\" tall", '"never closed', '"whole" then more', '"all"'];
    const table = `id\ttext\n${texts.map((text, i) => `${i}\t${text}\n`).join("")}`;
    assert.deepEqual(
      await rows(table, { name: "t.tsv" }),
      texts.map((text, i) => `${i}||${text}`),
    );
    assert.deepEqual(await rows('id\ttext\n1\t"a\tb"\n', { name: "t.tsv", hasQuotes: true }), [
      "1||a\tb",
    ]);
  });

  it("reads the tables of ColBERT and MS MARCO, which have no header", async () => {
    const tsv = { name: "collection.tsv" };
    assert.deepEqual(await rows("0\tThe presence.\n1\tThe project.\n", tsv), [
      "0||The presence.",
      "1||The project.",
    ]);
    assert.deepEqual(await rows("0\ttext of it\ttitle of it\n", tsv), ["0|title of it|text of it"]);
    assert.deepEqual(await rows("D1\thttps://a.org\tT\tthe body\n", tsv), [
      "D1|T|the body|url:keyword=https://a.org",
    ]);
    assert.deepEqual(await rows("id\ttext\ttitle\n1\tx\tT\n", tsv), ["1|T|x"]);
    await assert.rejects(rows("0\ta\tb\tc\td\n", tsv), /with --text/);
  });

  it("is told columns and header", async () => {
    const columns = ["id", "text", "n"];
    assert.deepEqual(await rows("1,x,2\n", { columns }), ["1||x|n:integer=2"]);
    assert.deepEqual(await rows("a,b,c\n1,x,2\n", { columns, hasHeader: true }), [
      "1||x|n:integer=2",
    ]);
    assert.deepEqual(await rows("id\ttext\n1\tx\n", { name: "t.tsv", hasHeader: false }), [
      "id||text",
      "1||x",
    ]);
  });

  it("gives the index column of data frames a name, and rows without key one by line", async () => {
    assert.deepEqual(await rows(",text\n0,x\n", { keyByLine: true }), [
      "table.csv:2||x|column1:integer=0",
    ]);
    await assert.rejects(rows(",text\n0,x\n"), /the key is missing.*columns are "column1", "text"/);
  });

  it("goes by the mapping", async () => {
    const table = "link,head,q,a,section,rest\nu,H,one,two,s,r\nv,,one,,,\n";
    const mapping = { key: "link", title: "head", text: ["q", "a"], heading: "section" };
    assert.deepEqual(await rows(table, mapping), [
      "u|H|one\n\ntwo|heading:keyword=s|rest:keyword=r",
      "v||one",
    ]);
    assert.deepEqual(await rows(table, { ...mapping, fields: ["rest"] }), [
      "u|H|one\n\ntwo|heading:keyword=s|rest:keyword=r",
      "v||one",
    ]);
    assert.deepEqual(await rows(table, { ...mapping, heading: undefined, fields: [] }), [
      "u|H|one\n\ntwo",
      "v||one",
    ]);
    const twice = { ...mapping, url: "rest", heading: "link" };
    await assert.rejects(
      rows("link,head,q,a,url,rest\n", twice),
      /two columns become the field "url"/,
    );
  });

  it("refuses names of the mapping that are no columns", async () => {
    const table = "id,text,year\n1,x,2\n";
    const kinds = new Map([["yaer", "integer"]] as const);
    for (const mapping of [{ text: ["text", "txt"] }, { title: "txt" }, { fields: ["txt"] }])
      await assert.rejects(rows(table, mapping), /"txt" is missing; the columns are "id"/);
    await assert.rejects(rows(table, { kinds }), /"yaer" is missing/);
    assert.deepEqual(await rows(table, { url: "year", kinds: new Map([["url", "float"]]) }), [
      "1||x|url:float=2",
    ]);
  });

  it("reads other encodings, by the byte order mark or as declared", async () => {
    const table = "id,text\n1,naïve €\n";
    for (const bytes of [
      Buffer.from(`\ufeff${table}`),
      Buffer.from(`\ufeff${table}`, "utf16le"),
      Buffer.from(`\ufeff${table}`, "utf16le").swap16(),
    ]) {
      assert.deepEqual(await rows(bytes), ["1||naïve €"]);
    }
    const western = Buffer.from("id,text\n1,na\xefve \x80\n", "latin1");
    assert.deepEqual(await rows(western, { encoding: "windows-1252" }), ["1||naïve €"]);
    assert.match((await rows(western))[0] ?? "", /not valid UTF-8; name the encoding/);
    await assert.rejects(rows(western, { encoding: "no-such" }), /encoding "no-such" is unknown/);
  });
});
