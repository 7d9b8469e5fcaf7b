import assert from "node:assert/strict";

import { createSampler } from "../../../src/engine/sample-queries.js";
import { SluiceError } from "../../../src/core/errors.js";
import type { Query } from "../../../src/contract/search-request.js";
import { loadKernels } from "../../../src/kernels/load-kernels.js";
import { createInlineScorer } from "../../../src/scoring/scorer.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { openInlineEngine } from "../../support/inline-engine.js";
import type { InlineEngine } from "../../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../../support/notes.js";
import { seededDocuments } from "../../support/seeded-corpus.js";

const dim = 16;
const { kernels } = loadKernels();
const documents = seededDocuments({ seed: 6, count: 60, dim }).map((document, i) => ({
  ...document,
  text: i % 2 === 0 ? `The "first" part of ${i}. A second* sentence of ${i}.` : "",
  title: i % 2 === 0 ? document.title : "",
}));

describe("sample queries", () => {
  const folder = useTemporaryFolder();

  async function withNotes(use: (engine: InlineEngine) => Promise<void>): Promise<void> {
    const engine = await openInlineEngine(folder(), { flushBytes: 600 });
    try {
      await createNotes(engine.api, { dim, bits: 8 });
      await putAll(engine.api, documents);
      await use(engine);
    } finally {
      await engine.close();
    }
  }

  function samplerOf({ collections }: InlineEngine, hasModel: boolean): () => Promise<Query> {
    const { collection } = collections.opened("notes")!;
    const by = { kernels, scorer: createInlineScorer(kernels) };
    return createSampler({ collection, hasModel }, by);
  }

  it("are sentences of passages that live, without signs that a query gives a meaning to", async () => {
    await withNotes(async (engine) => {
      const deleted = documents.slice(0, 40);
      await engine.api.delete(
        "notes",
        deleted.map(({ key }) => key),
      );
      const draw = samplerOf(engine, true);
      const numbers = new Set<number>();
      const sentences = new Set<string>();
      for (let i = 0; i < 300; i += 1) {
        const { text = "", vectors } = await draw();
        // Half of the documents have no text: their rows stand for them.
        assert.equal(vectors === undefined, text !== "");
        if (text === "") continue;
        const [, sentence = "", number = ""] =
          /^(The first part|A second sentence) of (\d+)\.$/.exec(text.replaceAll(/ +/g, " ")) ?? [
            text,
          ];
        numbers.add(Number(number));
        sentences.add(sentence);
      }
      assert.deepEqual(
        [...numbers].sort((a, b) => a - b),
        [40, 42, 44, 46, 48, 50, 52, 54, 56, 58],
      );
      assert.deepEqual([...sentences].sort(), ["A second sentence", "The first part"]);
    });
  });

  it("are rows as they are stored where there is no model: they find their passage", async () => {
    await withNotes(async (engine) => {
      const draw = samplerOf(engine, false);
      for (let i = 0; i < 20; i += 1) {
        const { vectors } = await draw();
        assert.ok(vectors !== undefined);
        const rowCount = vectors.bytes.length / (4 * dim);
        const { hits } = await finalOf(engine.api, { text: "", vectors, k: 1 });
        // Of its own rows; of others the sum is much smaller.
        assert.ok(
          hits[0]!.parts.maxsim! > 0.95 * rowCount,
          `${hits[0]!.parts.maxsim} of ${rowCount}`,
        );
      }
    });
  });

  it("are the same for the same collection, and refused when no passage is left", async () => {
    await withNotes(async (engine) => {
      const [first, second] = [samplerOf(engine, true), samplerOf(engine, true)];
      for (let i = 0; i < 10; i += 1) assert.deepEqual(await first(), await second());
      await engine.api.delete(
        "notes",
        documents.map(({ key }) => key),
      );
      await assert.rejects(first(), SluiceError);
    });
  });
});
