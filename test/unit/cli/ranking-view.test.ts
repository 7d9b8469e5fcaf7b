// What a search looks like in a terminal, as plain lines.

import type { SearchHit, SearchUpdate } from "../../../src/contract/search-update.js";
import assert from "node:assert/strict";
import { rankingLines, statusLine } from "../../../src/cli/terminal/ranking-view.js";
import type { RankingView } from "../../../src/cli/terminal/ranking-view.js";
import { createRedrawnBlock } from "../../../src/cli/terminal/redraw.js";
import { createStyle, openTerminal } from "../../../src/cli/terminal/terminal.js";

describe("a ranking in the terminal", () => {
  it("shows query, stage, time, certificate, coverage and hits", () => {
    const update = makeUpdate(["a", "b"], { settledCount: 1 });
    assert.deepEqual(rankingLines(update, view()), [
      "read a file",
      "late interaction · 12.4 ms · ESTIMATE · 321 of 3,352 passages scored · first 1 settled",
      "",
      "  1 ✓ Title a [a]  0.900  module fs",
      "      Reads a file.",
      "  2   Title b [b]  0.800  module fs",
      "      Reads a file.",
    ]);
  });

  it("names the kind of a score that is not of late interaction", () => {
    const update = makeUpdate(["a"], { stage: "lexical", certificate: "lexical" });
    const shown = rankingLines({ ...update, scoreKind: "bm25" }, view());
    assert.ok(shown.includes("  1   Title a [a]  BM25 0.900  module fs"), shown.join("\n"));
  });

  it("says what is final and exact, and what was lost", () => {
    const update = makeUpdate(["a"], {
      final: true,
      certificate: "exact",
      degradations: [{ reason: "BUDGET_EXHAUSTED", message: "time ran out", stages: [] }],
    });
    assert.match(statusLine(update), /EXACT .* final$/);
    assert.ok(rankingLines(update, view()).includes("degraded: BUDGET_EXHAUSTED: time ran out"));
  });

  it("marks what rose, fell and came since the update before", () => {
    const previous = makeUpdate(["a", "b", "c"]);
    const update = makeUpdate(["b", "a", "d"]);
    const marks = rankingLines(update, view({ previous })).flatMap(
      (line) => /^ {2}\d (.) /.exec(line)?.[1] ?? [],
    );
    assert.deepEqual(marks, ["↑", "↓", "+"]);
  });

  it("never gets wider than the terminal, and counts what does not fit in height", () => {
    const keys = Array.from({ length: 9 }, (_, i) => `${"long-key-".repeat(20)}${i}`);
    const lines = rankingLines(makeUpdate(keys), view({ columns: 40, hitsMax: 4 }));
    for (const line of lines) assert.ok(Array.from(line).length <= 40, line);
    assert.equal(lines.at(-1), "   and 5 more");
  });

  it("lets no text of a document move the cursor", () => {
    const evil = "\u001b[2J\u001b]0;x\u0007 \r\n\u009b";
    const hit = { ...makeHit("a", 1), key: evil, payload: undefined };
    const lines = rankingLines({ ...makeUpdate([]), hits: [hit] }, view({ query: evil }));
    assert.ok(lines.every((line) => !/\p{Cc}/u.test(line)));
  });

  it("shows in bold what the query's words have found, and dims the rest", () => {
    const text = "Reads a file (read-only).";
    const highlights = [
      { start: 0, end: 5 },
      { start: 8, end: 12 },
      { start: 14, end: 18 },
    ];
    const hit = makeHit("a", 1);
    const payload = { ...hit.payload, text, highlights, fields: new Map() };
    const shown = { ...hit, span: { start: 0, end: text.length }, payload };
    const update = { ...makeUpdate([]), hits: [shown] };
    const lines = rankingLines(update, view({ style: createStyle(true) }));
    assert.equal(
      lines.at(-1)?.replaceAll("\u001b[1m", "<b>").replaceAll("\u001b[2m", "<d>"),
      "      <b>Reads_<d> a _<b>file_<d> (_<b>read_<d>-only)._".replaceAll("_", "\u001b[22m"),
    );
    assert.equal(rankingLines(update, view()).at(-1), `      ${text}`);
  });

  it("says so when there are no hits", () => {
    assert.equal(rankingLines(makeUpdate([]), view()).at(-1), "   no hits");
  });

  it("uses colors only when asked to", () => {
    const colored = rankingLines(makeUpdate(["a"]), view({ style: createStyle(true) })).join("");
    assert.ok(colored.includes("\u001b["));
    assert.ok(
      !rankingLines(makeUpdate(["a"]), view())
        .join("")
        .includes("\u001b"),
    );
  });
});

describe("a redrawn block", () => {
  it("goes back up over what it drew before and clears the rest", () => {
    let written = "";
    const terminal = openTerminal({
      isTTY: true,
      columns: 80,
      rows: 24,
      write: (text) => {
        written += String(text);
        return true;
      },
    });
    const block = createRedrawnBlock(terminal);
    block.draw(["one", "two", "three"]);
    assert.ok(!written.includes("A"));
    written = "";
    block.draw(["1"]);
    assert.ok(written.startsWith("\u001b[3A") && written.endsWith("1\n\u001b[0J"));
  });
});

function view(changes: Partial<RankingView> = {}): RankingView {
  return { query: "read a file", columns: 100, hitsMax: 10, style: createStyle(false), ...changes };
}

function makeUpdate(keys: readonly string[], changes: Partial<SearchUpdate> = {}): SearchUpdate {
  return {
    sequence: 2,
    final: false,
    stage: "late_interaction",
    certificate: "estimate",
    coverage: { eligible: 3352, sketchScored: 3352, maxSimScored: 321, reranked: 0 },
    settledCount: 0,
    scoreKind: "relevance",
    generation: 7,
    timings: { encode: 8_000, total: 12_400 },
    degradations: [],
    hits: keys.map((key, index) => makeHit(key, index + 1)),
    ...changes,
  };
}

function makeHit(key: string, rank: number): SearchHit {
  const text = "fs.readFile(path)\n\nOpens things. Reads a file.";
  return {
    key,
    rank,
    score: 1 - rank / 10,
    parts: {},
    passageNumber: 0,
    span: { start: 0, end: text.length },
    payload: {
      title: `Title ${key}`,
      text,
      fields: new Map([["module", { kind: "keyword", value: "fs" }]]),
    },
  };
}
