// What queries can ask of the words: through the whole engine, in segments and in the journal.

import type { SearchRequest } from "../../src/contract/search-request.js";
import assert from "node:assert/strict";

import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { finalOf } from "../support/notes.js";

const texts = {
  maker: "The jaguar is a British car maker",
  cat: "The jaguar is a wild cat of the forest",
  film: "A re-run of the jaguar film",
  hamlet: "To be or not to be, that is the question",
  beans: "Or to not be: beans",
  university: "The university of relativity",
  recieve: "People recieve what others send",
  receive: "People receive what others send, and more and more and more of it every day",
  thai: "รถไฟมาสายในฤดูหนาว",
  price: "ราคารถยนต์ในฤดูร้อน",
} as const;

describe("words of a query", () => {
  const folder = useTemporaryFolder();

  async function withNotes(
    use: (
      ask: (text: string, options?: Partial<SearchRequest>) => Promise<Map<string, number>>,
    ) => Promise<void>,
  ): Promise<void> {
    const engine: InlineEngine = await openInlineEngine(folder());
    await engine.api.createCollection({ name: "notes", ifNotExists: false });
    for (const place of ["journal", "segment"]) {
      if (place === "journal")
        for (const [key, text] of Object.entries(texts))
          await engine.api.put("notes", { key, title: "", text, fields: new Map() });
      else {
        const signal = new AbortController().signal;
        for await (const step of engine.api.optimize("notes", { isFull: true, signal }))
          assert.ok(step.step !== "");
      }
      await use(async (text, options = {}) => {
        const { hits } = await finalOf(engine.api, {
          collection: "notes",
          text,
          k: 20,
          ...options,
        });
        return new Map(hits.map(({ key, parts }) => [key, parts.bm25 ?? 0]));
      });
    }
    await engine.close();
  }

  const matched = (hits: Map<string, number>): string[] =>
    [...hits].filter(([, bm25]) => bm25 > 0).map(([key]) => key);

  it('leave out documents that have -word or -"a phrase", in every stage', async () => {
    await withNotes(async (ask) => {
      const all = await ask("jaguar");
      assert.equal(all.size, Object.keys(texts).length);
      for (const query of ["jaguar -car", 'jaguar -"car maker"', "jaguar -cars"]) {
        const left = await ask(query);
        assert.ok(!left.has("maker") && left.has("cat"), query);
        assert.equal(left.size, all.size - 1, query);
      }
      assert.equal((await ask('jaguar -"maker car"')).size, all.size);
      assert.ok(matched(await ask("re-run")).includes("film"));
      assert.equal((await ask("jaguar lang:-car -lang:en -5")).size, all.size);
    });
  });

  it("look for a phrase of stop words, and for stop words where nothing else is asked", async () => {
    await withNotes(async (ask) => {
      assert.deepEqual(matched(await ask('"to be or not to be"')), ["hamlet"]);
      assert.deepEqual(matched(await ask('"or to not"')), ["beans"]);
      assert.deepEqual(new Set(matched(await ask("be not"))), new Set(["hamlet", "beans"]));
    });
  });

  it("find misspelled words below the right ones, and only where that is asked", async () => {
    await withNotes(async (ask) => {
      assert.deepEqual(matched(await ask("recieve")), ["recieve"]);
      const found = await ask("receive", { typos: true });
      assert.deepEqual(new Set(matched(found)), new Set(["receive", "recieve"]));
      assert.ok((found.get("receive") ?? 0) > (found.get("recieve") ?? 0));
      assert.deepEqual(matched(await ask("univrsty", { typos: true })), ["university"]);
      assert.deepEqual(matched(await ask("cra", { typos: true })), [], "three letters");
    });
  });

  it("take the last word for a beginning where that is asked", async () => {
    await withNotes(async (ask) => {
      for (const text of ["relat", "relati", "relativi", "relativity"])
        assert.ok(matched(await ask(text, { lastWordBegins: true })).includes("university"), text);
      assert.deepEqual(matched(await ask("relati", {})), []);
      assert.deepEqual(matched(await ask("relati ", { lastWordBegins: true })), []);
      assert.deepEqual(matched(await ask("ฤดูห", { lastWordBegins: true })), ["thai"]);
    });
  });

  it("are found inside sentences without spaces, and most of a run must be there", async () => {
    await withNotes(async (ask) => {
      assert.deepEqual(matched(await ask("ฤดูหนาว")), ["thai"]);
      assert.deepEqual(new Set(matched(await ask("ฤดู"))), new Set(["thai", "price"]));
    });
  });
});
