// What a component with the hook shows, over a real HTTP port with scripted searches.

import assert from "node:assert/strict";
import { createElement } from "react";
import { renderToString } from "react-dom/server";

import { createBrowserClient } from "../../../src/browser/client.js";
import { createSearchStore } from "../../../src/react/search-store.js";
import type { SearchStore, SluiceSearchView } from "../../../src/react/search-store.js";
import { useSluiceSearch } from "../../../src/react/use-sluice-search.js";
import { hit, update, updates } from "../../support/edge-engine.js";
import { startHttpEdge } from "../../support/http-edge.js";
import type { HttpEdge } from "../../support/http-edge.js";

describe("the search of a component", () => {
  let edge: HttpEdge;
  let store: SearchStore;

  before(async () => {
    edge = await startHttpEdge();
  });
  beforeEach(() => {
    store = createSearchStore(createBrowserClient({ baseUrl: edge.base }));
  });
  after(() => edge.server.stop(0));

  const keysOf = ({ hits }: SluiceSearchView): string => hits.map(({ key }) => key).join(" ");

  it("shows each ranking, and keeps the objects of settled hits", async () => {
    edge.engine.script = () =>
      updates([
        update({ sequence: 1, settledCount: 1, hits: ["a", "b", "c"].map((key) => hit(key)) }),
        update({
          sequence: 2,
          settledCount: 3,
          hits: ["a", "c", "b"].map((key) => hit(key)),
          final: true,
        }),
      ]);
    const views = await viewsOf("first");
    assert.deepEqual(
      views.map((view) => [view.status, view.settledCount, keysOf(view)].join(" ")),
      ["searching 0 ", "searching 1 a b c", "done 3 a c b"],
    );
    assert.equal(views[2]?.hits[0], views[1]?.hits[0]);
    assert.notEqual(views[2]?.hits[1], views[1]?.hits[2]);
  });

  it("shows no update of a search that a newer one has superseded", async () => {
    let onAbort = (): void => undefined;
    const aborted = new Promise<void>((resolve) => (onAbort = resolve));
    edge.engine.script = async function* (request, { signal }) {
      yield update({ sequence: 1, hits: [hit("old")] });
      if (request.text !== "old")
        return yield update({ sequence: 2, hits: [hit("new")], final: true });
      signal.addEventListener("abort", onAbort);
      await aborted;
      yield update({ sequence: 2, hits: [hit("late")], final: true });
    };
    store.search({ collection: "notes", query: "old" });
    await until((view) => view.update !== undefined);
    const views = await viewsOf("new");
    // The server has heard that nobody waits for the old search.
    await aborted;
    assert.equal(views[0]?.isStale, true);
    assert.equal(views[0]?.hits[0]?.key, "old");
    assert.ok(views.slice(1).every(({ isStale }) => !isStale));
    assert.equal(keysOf(store.view()), "new");
  });

  it("keeps what had arrived when a search fails, and says why", async () => {
    edge.engine.script = async function* () {
      yield await Promise.resolve(update({ sequence: 1, hits: [hit("a")] }));
      throw new Error("a bug");
    };
    const failed = (await viewsOf("x")).at(-1);
    assert.equal(failed?.status, "failed");
    assert.equal((failed.error as { readonly reason: string }).reason, "INTERNAL");
    assert.equal(keysOf(failed), "a");
    store.search(undefined);
    assert.equal(store.view().status, "idle");
  });

  it("is idle where a page is rendered on a server", () => {
    const client = createBrowserClient({ baseUrl: edge.base });
    const Status = (): string =>
      useSluiceSearch(client, { collection: "notes", query: "a" }).status;
    assert.equal(renderToString(createElement(Status)), "idle");
  });

  /** Every view of a search, from its start to its end. */
  async function viewsOf(query: string): Promise<SluiceSearchView[]> {
    const views: SluiceSearchView[] = [];
    const unsubscribe = store.subscribe(() => views.push(store.view()));
    store.search({ collection: "notes", query });
    await until(({ status }) => status === "done" || status === "failed");
    unsubscribe();
    return views;
  }

  function until(isReached: (view: SluiceSearchView) => boolean): Promise<void> {
    if (isReached(store.view())) return Promise.resolve();
    return new Promise((resolve) => {
      const unsubscribe = store.subscribe(() => {
        if (!isReached(store.view())) return;
        unsubscribe();
        resolve();
      });
    });
  }
});
