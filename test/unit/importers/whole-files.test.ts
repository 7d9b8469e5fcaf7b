// Files of plain text, source code and PDF, and folders of them.

import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { listFolder, withoutJson } from "../../../src/importers/folder.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { importedLines } from "../../support/import-file.js";
import { createPdf } from "../../support/pdf.js";

describe("a file of text", () => {
  it("is one document", async () => {
    assert.deepEqual(await importedLines("a/notes.v1.txt", "one\ntwo\n"), [
      "a/notes.v1.txt|notes.v1|one\ntwo\n|path:keyword=a/notes.v1.txt",
    ]);
    assert.deepEqual(await importedLines("notes.txt.gz", gzipSync("one")), [
      "notes.txt.gz|notes|one|path:keyword=notes.txt.gz",
    ]);
    assert.deepEqual(await importedLines("src/x.ts", "let x;"), [
      "src/x.ts|src/x.ts|let x;|path:keyword=src/x.ts|language:keyword=typescript",
    ]);
  });

  it("is refused when it is empty or no text", async () => {
    assert.deepEqual(await importedLines("a.txt", " \n"), ["a.txt: has no text"]);
    assert.deepEqual(await importedLines("a.txt", "a\0b"), ["a.txt: is not text"]);
  });
});

describe("a PDF file", () => {
  it("is a document for each page, with its number", async () => {
    const pdf = createPdf(["First page.\nSecond line (of it).", "Third."], "The title");
    assert.deepEqual(await importedLines("docs/a.pdf", pdf), [
      "docs/a.pdf#page=1|The title|First page.\nSecond line (of it).|path:keyword=docs/a.pdf|page:integer=1",
      "docs/a.pdf#page=2|The title|Third.|path:keyword=docs/a.pdf|page:integer=2",
    ]);
    const [line] = await importedLines("a.pdf", createPdf(["x"]), { encoding: "windows-1252" });
    assert.equal(line, "a.pdf#page=1|a|x|path:keyword=a.pdf|page:integer=1");
  });

  it("reports pages without text, and files that are no PDF", async () => {
    assert.deepEqual(await importedLines("a.pdf", createPdf(["", "x"])), [
      "a.pdf#page=1: the page has no text",
      "a.pdf#page=2|a|x|path:keyword=a.pdf|page:integer=2",
    ]);
    assert.match((await importedLines("a.pdf", "no"))[0] ?? "", /^a\.pdf: cannot be read as PDF/);
  });
});

describe("a folder", () => {
  const folder = useTemporaryFolder();

  it("has its files of known formats in the order of their names, and counts the others", async () => {
    for (const below of ["b", ".git", "node_modules"]) mkdirSync(join(folder(), below));
    for (const name of ["b/x.md", "a.html", "c.pdf", "b/y.rs", "b/z.csv", "package.json", "i.PNG"])
      writeFileSync(join(folder(), name), "x");
    for (const name of [".git/a.md", "node_modules/a.md", ".hidden.md"])
      writeFileSync(join(folder(), name), "x");
    symlinkSync(join(folder(), "b"), join(folder(), "link"));
    const { files, skipped } = withoutJson(await listFolder(folder(), undefined));
    assert.deepEqual(
      files.map(({ name, format }) => `${name} ${format}`),
      ["a.html html", "b/x.md markdown", "b/y.rs code", "b/z.csv csv", "c.pdf pdf"],
    );
    assert.deepEqual(Object.fromEntries(skipped), { ".json": 1, ".png": 1 });
    assert.equal((await listFolder(folder(), "text")).files.length, 7);
  });
});
