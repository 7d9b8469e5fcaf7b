import assert from "node:assert/strict";

import { importFile, importedLines } from "../../support/import-file.js";

async function textOf(body: string): Promise<string | undefined> {
  const [item] = await importFile("p.html", `<!doctype html><title>T</title>${body}`);
  return item?.document?.text ?? item?.error?.fault;
}

describe("an HTML file", () => {
  it("is a document with title, address and language", async () => {
    const page =
      '<!doctype html><html lang="en"><head><title>Gold &amp; water</title>' +
      '<link rel="canonical" href="https://e.org/p"></head><body><p>A pan&nbsp;is swirled.</body></html>';
    assert.deepEqual(await importedLines("sub/p.html", page), [
      "sub/p.html|Gold & water|A pan is swirled.|path:keyword=sub/p.html|url:keyword=https://e.org/p|lang:keyword=en",
    ]);
    assert.deepEqual(
      await importedLines("p.html", "<h1>Head <b>line</b></h1>x<svg><title>no</title></svg>"),
      ["p.html|Head line|Head line\n\nx|path:keyword=p.html"],
    );
    assert.deepEqual(await importedLines("sub/page.htm", "x"), [
      "sub/page.htm|page|x|path:keyword=sub/page.htm",
    ]);
  });

  it("is read by its blocks, whatever tags it leaves out", async () => {
    assert.equal(
      await textOf(
        "<h1>A</h1>one <b>two</b>\n three<p>p1<p>p2<br>p3<ul><li>a<li>b<ul><li>c</ul></ul>d",
      ),
      "A\n\none two three\n\np1\n\np2\np3\n\n- a\n- b\n\n- c\n\nd",
    );
    assert.equal(await textOf("<table><tr><th>a<th>b<tr><td>1<td>2</table>"), "a b\n1 2");
    assert.equal(await textOf("x<pre>  if (a)\n    b</pre>y"), "x\n\n  if (a)\n    b\n\ny");
    assert.equal(await textOf("a<!-- c -->b &lt;x&gt; <p/>d"), "ab <x>\n\nd");
  });

  it("is its main text, without scripts, navigation and what is hidden", async () => {
    const noise =
      "<header>h</header><nav>n</nav><aside>s</aside><script>1 < 2</script><style>p{}</style>" +
      "<noscript><p>j</noscript><div hidden>i</div><div style='display: none'>d</div><footer>f</footer>";
    assert.equal(await textOf(`${noise}<p>body</p>`), "body");
    assert.equal(
      await textOf(`${noise}<p>body</p><main><header>x</header><aside>y</aside></main>`),
      "x\n\ny",
    );
    assert.equal(await textOf("<p>body<article>one</article>"), "one");
    assert.equal(
      await textOf("<p>body<article>one</article><article>two</article>"),
      "body\n\none\n\ntwo",
    );
    assert.equal(await textOf("<div role=main>m</div><p>body"), "m");
    assert.equal(await textOf("<nav>n</nav>"), "has no text");
  });

  it("is in the encoding that it names, or that is declared", async () => {
    const western = (head: string): Buffer => Buffer.from(`${head}<p>na\xefve \x80`, "latin1");
    for (const head of [
      '<meta charset="windows-1252">',
      "<meta http-equiv=content-type content='text/html; charset=ISO-8859-1'>",
    ]) {
      const [line] = await importedLines("p.html", western(head));
      assert.match(line ?? "", /naïve €/);
    }
    const [declared] = await importedLines("p.html", western(""), { encoding: "windows-1252" });
    assert.match(declared ?? "", /naïve €/);
    assert.match((await importedLines("p.html", western("")))[0] ?? "", /is not valid UTF-8/);
    assert.match(
      (await importedLines("p.html", "<meta charset=no-such>x"))[0] ?? "",
      /"no-such" is unknown/,
    );
    const [wide] = await importedLines(
      "p.html",
      Buffer.from("\ufeff<meta charset=utf-16><p>naïve €", "utf16le"),
    );
    assert.match(wide ?? "", /naïve €/);
  });

  it("may be nested deeper than the stack", async () => {
    assert.equal(await textOf(`${"<div>".repeat(50_000)}x`), "x");
  });
});
