// Documents of several passages, encoded by a model.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Document } from "../../src/core/document.js";
import type { EngineApi } from "../../src/engine/api.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { writeTinyModel } from "../support/model-folders.js";
import { finalOf, putAll, searchNotes } from "../support/notes.js";
import { seededDocuments, shuffled } from "../support/seeded-corpus.js";

/** From one passage to some ten of them. */
const documents = seededDocuments({ seed: 131, count: 40, dim: 16 }).map(
  (document, i): Document => {
    const { key, title, text, fields } = document;
    const sentences = Array.from({ length: 1 + (i % 8) * 3 }, (_, n) => `${text} nr ${n}.`);
    return { key, title, text: sentences.join(" "), fields };
  },
);
const texts = documents.slice(0, 6).map(({ title, text }) => `${title} ${text.slice(0, 40)}`);

describe("a search of long documents", () => {
  const folder = useTemporaryFolder();
  beforeEach(async () => {
    await mkdir(join(folder(), "models"));
    await writeTinyModel(join(folder(), "models", "tiny"));
  });

  async function withNotes<T>(
    name: string,
    flushBytes: number,
    use: (api: EngineApi) => Promise<T>,
  ): Promise<T> {
    const engine = await openInlineEngine(join(folder(), name), {
      modelsFolder: join(folder(), "models"),
      defaultModel: "tiny",
      flushBytes,
      search: { ...searchDefaults, exhaustiveBelowPassages: 0, minUpdateIntervalMs: 0 },
    });
    try {
      await engine.api.createCollection({ name: "notes", ifNotExists: false });
      return await use(engine.api);
    } finally {
      await engine.close();
    }
  }

  it("gives the same bytes in whatever order and segments they were ingested", async () => {
    const answers = async (api: EngineApi): Promise<unknown[]> => {
      const found: unknown[] = [];
      for (const text of texts)
        for (const options of [
          { exhaustive: true, k: 12 },
          { sketchPoolSize: 25, lexicalPoolSize: 9 },
        ]) {
          const { hits, coverage, certificate } = await finalOf(api, { text, ...options });
          found.push({ hits, coverage, certificate });
        }
      return found;
    };
    const expected = await withNotes("plain", 2 ** 23, async (api) => {
      await putAll(api, documents);
      assert.ok(api.describeCollection("notes").passageCount > 2 * documents.length);
      return answers(api);
    });
    for (const [i, flushBytes] of [500, 3000].entries())
      await withNotes(`order-${i}`, flushBytes, async (api) => {
        const old = documents.map((document, n) => ({
          ...document,
          text: documents[(n + 5) % documents.length]!.text,
        }));
        await putAll(api, shuffled(old, i));
        await putAll(api, shuffled(documents, 7 + i), 5);
        assert.deepEqual(await answers(api), expected);
      });
  });

  it("names k documents by words also when the passages of one fill the top", async () => {
    await withNotes("greedy", 2 ** 23, async (api) => {
      const sentence = "tide tide tide tide tide tide tide tide tide tide tide tide.";
      const greedy: Document = {
        key: "greedy",
        title: "",
        text: Array.from({ length: 150 }, () => sentence).join(" "),
        fields: new Map(),
      };
      const others = Array.from({ length: 6 }, (_, i): Document => {
        const text = `one tide among other words ${"and more of them ".repeat(i)}`;
        return { key: `other ${i}`, title: "", text, fields: new Map() };
      });
      await putAll(api, [greedy, ...others]);
      assert.ok((await api.get("notes", ["greedy"]))[0]!.passageCount > 20);
      const [first] = await searchNotes(api, { text: "tide", k: 5, lexicalPoolSize: 1 });
      assert.equal(first?.certificate, "lexical");
      assert.deepEqual(
        first.hits.map(({ key }) => key),
        ["greedy", "other 0", "other 1", "other 2", "other 3"],
      );
    });
  });
});
