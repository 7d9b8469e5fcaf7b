import assert from "node:assert/strict";

import { importFile, importedLines } from "../../support/import-file.js";

async function keysAndTexts(text: string): Promise<(string | undefined)[][]> {
  const items = await importFile("guides/a.md", text);
  return items.map(({ document }) => [document?.key, document?.text]);
}

describe("a Markdown file", () => {
  it("is a document for each section, with the headings above it", async () => {
    const lines = await importedLines(
      "guides/a.md",
      "Intro.\n\n# Gold *pan*\n\nA pan.\n\n## Use\n\nSwirl.\n\nBox\n===\n\n### Deep\n\nx\n",
    );
    assert.deepEqual(lines, [
      "guides/a.md|Gold pan|Intro.|path:keyword=guides/a.md",
      "guides/a.md#gold-pan|Gold pan|# Gold *pan*\n\nA pan.|path:keyword=guides/a.md|heading:keyword=Gold pan",
      "guides/a.md#use|Gold pan|## Use\n\nSwirl.|path:keyword=guides/a.md|heading:keyword=Gold pan > Use",
      "guides/a.md#deep|Gold pan|### Deep\n\nx|path:keyword=guides/a.md|heading:keyword=Box > Deep",
    ]);
  });

  it("has no headings in code, and keeps code and links as they are", async () => {
    const text =
      "# A\n\n```sh\n# no heading\n```\n\n    # nor this\n\nSee [b](b.md#c) and <https://d.org>.";
    assert.deepEqual(await keysAndTexts(text), [["guides/a.md", text]]);
  });

  it("gives links by reference their targets, which may stand in another section", async () => {
    const text =
      "# A\n\n- [one][1], [two], ![im][1]\n\n|a|\n|-|\n|[two][]|\n\n# B\n\n[1]: https://1.org\n[two]: <2.md> 'T'\n";
    assert.deepEqual(await keysAndTexts(text), [
      [
        "guides/a.md",
        "# A\n\n- [one](https://1.org), [two](2.md), ![im](https://1.org)\n\n|a|\n|-|\n|[two](2.md)|",
      ],
      ["guides/a.md#b", "# B"],
    ]);
  });

  it("numbers anchors that are taken, and keeps letters of all scripts in them", async () => {
    const keys = (
      await keysAndTexts(
        "# A\n\nx\n\n## Über C++ & 你好!\n\nx\n\n## über c\n\nx\n\n## Über C++ & 你好!\n\nx",
      )
    ).map(([key]) => key);
    assert.deepEqual(keys, [
      "guides/a.md",
      "guides/a.md#über-c--你好",
      "guides/a.md#über-c",
      "guides/a.md#über-c--你好-1",
    ]);
  });

  it("has the fields of its front matter, in YAML or TOML", async () => {
    const fields =
      "path:keyword=guides/a.md|heading:keyword=A|date:time=1706659200000|tags:keywords=x,y" +
      "|n:integer=9007199254740993|author.name:keyword=Kim";
    const yaml =
      '---\ntitle: "T: t"\ndate: 2024-01-31\ntags: [x, y]\nn: 9007199254740993\nauthor: { name: Kim }\nnone:\n---\n# A\nx';
    assert.deepEqual(await importedLines("guides/a.md", yaml), [
      `guides/a.md|T: t|# A\nx|${fields}`,
    ]);
    const toml =
      '+++\ntitle = "T: t"\ndate = 2024-01-31\ntags = ["x", "y"]\nn = 9007199254740993\n[author]\nname = "Kim"\n+++\n# A\nx';
    assert.deepEqual(await importedLines("guides/a.md", toml), [
      `guides/a.md|T: t|# A\nx|${fields}`,
    ]);
  });

  it("goes by the mapping for its front matter", async () => {
    const text = "---\nheadline: T\nlink: https://a.org\nweight: '3'\nother: x\n---\nx";
    const options = { title: "headline", url: "link", fields: ["weight"] };
    const kinds = new Map([["weight", "integer"]] as const);
    assert.deepEqual(await importedLines("a.md", text, { ...options, kinds }), [
      "a.md|T|x|url:keyword=https://a.org|weight:integer=3",
    ]);
  });

  it("is text from its first line where that is no front matter", async () => {
    assert.deepEqual(await keysAndTexts("---\n\nA break.\n\n---\nx"), [
      ["guides/a.md", "---\n\nA break.\n\n---\nx"],
    ]);
    assert.deepEqual(await importedLines("a.md", "\ufeffx\r\ny\r\n"), [
      "a.md|a|x\ny|path:keyword=a.md",
    ]);
  });

  it("is refused when its front matter is broken, or when it has no text", async () => {
    const [twice] = await importedLines("a.md", "---\na: 1\na: 2\n---\nx");
    assert.match(twice ?? "", /^a\.md: the front matter is not YAML: Map keys must be unique/);
    assert.match((await importedLines("a.md", "+++\na\n+++\nx"))[0] ?? "", /is not TOML/);
    assert.deepEqual(await importedLines("a.md", "---\na: 1\n---\n"), ["a.md: has no text"]);
    assert.match(
      (await importedLines("a.md", Buffer.of(0xff)))[0] ?? "",
      /^a\.md: is not valid UTF-8/,
    );
  });
});
