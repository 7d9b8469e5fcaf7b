// What the search page shows when updates arrive.

import assert from "node:assert/strict";
import { nextState, nothingSearched } from "../../../src/page/search/search-state.js";
import type { SearchEvent, SearchState } from "../../../src/page/search/search-state.js";
import type { SearchUpdateJson } from "../../../src/browser/types.js";

function update(keys: string, final = false): SearchUpdateJson {
  return {
    sequence: 1,
    final,
    stage: "lexical",
    certificate: "lexical",
    coverage: { eligible: 3, sketch_scored: 0, maxsim_scored: 0, reranked: 0 },
    settled_count: 0,
    score_kind: "bm25",
    timings: { total_us: 100 },
    degradations: [],
    hits: Array.from(keys).map((key, i) => ({
      key,
      rank: i + 1,
      score: 1,
      parts: {},
      passage_number: 0,
      span: { start: 0, end: 1 },
    })),
  };
}

const comes = (keys: string, final = false): SearchEvent => {
  return { kind: "update", update: update(keys, final), atMs: 1 };
};

function after(...events: readonly SearchEvent[]): SearchState {
  return events.reduce(nextState, nothingSearched);
}

const shown = ({ shown: one }: SearchState): string =>
  (one?.hits ?? []).map(({ key }) => key).join("");

describe("the state of the search page", () => {
  const started: SearchEvent = { kind: "started", query: "a" };

  it("shows each update, and keeps the ranking before until a new query has one", () => {
    const first = after(started, comes("ab"), comes("ba", true));
    assert.equal(shown(first), "ba");
    assert.equal(first.status, "done");
    const second = nextState(first, { kind: "started", query: "b" });
    assert.equal(shown(second), "ba");
    assert.equal(second.shownQuery, "a");
    assert.equal(nextState(second, comes("c")).shownQuery, "b");
  });

  it("keeps hits in their places under the pointer until it leaves", () => {
    const held = after(started, comes("ab"), { kind: "hold" }, comes("ba"), comes("bca", true));
    assert.equal(shown(held), "ab");
    assert.equal(held.status, "done");
    assert.equal(shown(nextState(held, { kind: "release" })), "bca");
  });

  it("shows updates that move nothing, and first updates of a query, in any case", () => {
    const same = after(started, comes("ab"), { kind: "hold" }, comes("ab", true));
    assert.equal(same.shown?.final, true);
    const next = [{ kind: "started", query: "b" }, comes("c")] as const;
    assert.equal(shown(after(started, comes("ab"), { kind: "hold" }, ...next)), "c");
  });

  it("keeps the ranking while the connection is lost, and forgets its updates", () => {
    const lost = after(started, comes("ab"), { kind: "lost", problem: "gone" });
    assert.equal(shown(lost), "ab");
    assert.equal(lost.problem, "gone");
    const back = nextState(lost, comes("ab", true));
    assert.equal(back.problem, undefined);
    assert.equal(back.arrivals.length, 1);
  });
});
