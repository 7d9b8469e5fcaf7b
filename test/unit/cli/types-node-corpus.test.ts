// The demo's corpus, read from the @types/node that is installed.

import assert from "node:assert/strict";
import type { Document } from "../../../src/core/document.js";
import { limits } from "../../../src/core/limits.js";
import { repositoryRoot } from "../../../src/core/paths.js";
import { SluiceError } from "../../../src/core/errors.js";
import { cleanText } from "../../../src/cli/demo/symbol-text.js";
import { readTypesNodeCorpus, typesNodeVersion } from "../../../src/cli/demo/types-node-corpus.js";

describe("the demo's corpus", () => {
  let documents: readonly Document[] = [];
  before(async () => {
    ({ documents } = await readTypesNodeCorpus(repositoryRoot()));
  });
  const find = (key: string): Document => {
    const document = documents.find((candidate) => candidate.key === key);
    assert.ok(document !== undefined, `${key} is a documented symbol`);
    return document;
  };
  const keyword = (document: Document, name: string): unknown => document.fields.get(name)?.value;

  it("has a few thousand symbols, each once, in the order of keys", () => {
    assert.ok(documents.length > 2500 && documents.length < 4000, String(documents.length));
    const keys = documents.map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
    assert.deepEqual(keys, [...keys].sort());
  });

  it("puts the overloads of fs.readFile into one document with module, kind and version", () => {
    const document = find("fs.readFile");
    assert.equal(document.title, "fs.readFile");
    assert.match(document.text, /^fs\.readFile\(path: PathOrFileDescriptor/);
    assert.match(document.text, /Asynchronously reads the entire contents of a file\./);
    assert.match(document.text, /path: filename or file descriptor/);
    assert.equal(keyword(document, "module"), "fs");
    assert.equal(keyword(document, "kind"), "function");
    assert.equal(keyword(document, "since"), "v0.1.29");
  });

  it("knows every kind of symbol", () => {
    const expected: readonly (readonly [string, string])[] = [
      ["readline", "module"],
      ["fs.ReadStream", "class"],
      ["tls.TLSSocket.constructor", "constructor"],
      ["fs.FSWatcher.close", "method"],
      ["readline.Interface.line", "property"],
      ["setTimeout", "function"],
      ["fs/promises.readFile", "function"],
    ];
    for (const [key, kind] of expected) assert.equal(keyword(find(key), "kind"), kind, key);
    const kinds = new Set(documents.map((document) => keyword(document, "kind")));
    for (const kind of ["interface", "variable", "type"]) assert.ok(kinds.has(kind), kind);
  });

  it("fits the limits of documents and has no markup left", () => {
    for (const { key, title, text } of documents) {
      assert.ok(Buffer.byteLength(key) <= limits.keyBytesMax, key);
      assert.ok(title !== "" && text !== "", key);
      assert.ok(!/\{@link|\]\(http/.test(text), key);
    }
  });

  it("is the same when it is read again", async () => {
    const again = await readTypesNodeCorpus(repositoryRoot());
    assert.deepEqual(again.documents, documents);
    assert.equal(again.packageVersion, typesNodeVersion(repositoryRoot()));
  });

  it("says what to do when the package is missing", async () => {
    await assert.rejects(
      readTypesNodeCorpus("/none"),
      (error) => error instanceof SluiceError && error.message.includes("npm ci"),
    );
  });
});

describe("documentation as plain text", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["links become their words", "see [`fs.open`](https://nodejs.org/x)", "see fs.open"],
    ["link tags become their target", "use {@link readFile} now", "use readFile now"],
    ["or their label", "{@link init|init callback} and {@link a | b}", "init callback and b"],
    ["emphasis goes", "will _not_ be **closed**", "will not be closed"],
    [
      "names keep their underscores",
      "snake_case_name and `__dirname`",
      "snake_case_name and __dirname",
    ],
    ["fences go, code stays", "Do:\n\n```js\nfoo(1);\n```\n\nDone.", "Do:\n\nfoo(1);\n\nDone."],
    ["headings are lines", "## Example\ntext", "Example\ntext"],
  ];
  for (const [name, from, to] of cases) it(name, () => assert.equal(cleanText(from), to));
});
