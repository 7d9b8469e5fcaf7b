// What a cross-encoder reads of a long passage: the window that answers the query.

import assert from "node:assert/strict";
import { join } from "node:path";

import type { Document, PrecomputedVectors } from "../../src/core/document.js";
import type { SearchHit } from "../../src/contract/search-update.js";
import { createCrossEncoder } from "../../src/encoders/cross-encoder.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import { createInlineScorer } from "../../src/scoring/scorer.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import type { KernelChoice } from "../../src/kernels/load-kernels.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { writeTinyCrossEncoder } from "../support/model-folders.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";

const dim = 16;
const windowTokens = 8;
/** One word a token vector, so that words and token vectors are at the same places. */
const wordCount = 64;
const answerStart = 40;

describe("a cross-encoder and a long passage", () => {
  const folder = useTemporaryFolder();

  async function rerankedHits(options: {
    readonly rerankWindowTokens: number;
    readonly kernel?: KernelChoice;
  }): Promise<readonly SearchHit[]> {
    const { rerankWindowTokens, kernel } = options;
    const data = join(folder(), `data-${rerankWindowTokens}-${kernel ?? "best"}`);
    const engine = await openInlineEngine(data, {
      search: { ...searchDefaults, rerankWindowTokens },
      modelsFolder: join(folder(), "models"),
      scorer: createInlineScorer(loadKernels(kernel).kernels),
    });
    try {
      await createNotes(engine.api, { dim });
      await putAll(engine.api, [longDocument, shortDocument]);
      const rerank = { model: "overlap", depth: 2, weight: 0.5 };
      const { hits, degradations } = await finalOf(engine.api, { ...query, rerank });
      assert.deepEqual(degradations, []);
      return hits;
    } finally {
      await engine.close();
    }
  }

  async function relevanceOf(text: string): Promise<number> {
    const encoder = await createCrossEncoder(
      await openModelFolder(join(folder(), "models/overlap")),
    );
    const cancel = new SharedArrayBuffer(4);
    const relevance = await encoder.relevance(query.text, text, { pooling: "best", cancel });
    await encoder.close();
    return relevance;
  }

  const partOf = (hits: readonly SearchHit[], key: string): number | undefined =>
    hits.find((hit) => hit.key === key)?.parts.crossEncoder;

  beforeEach(() => writeTinyCrossEncoder(join(folder(), "models/overlap")));

  it("reads the window whose token vectors match the query best, with the title", async () => {
    const hits = await rerankedHits({ rerankWindowTokens: windowTokens });
    const words = longDocument.text.split(" ");
    const window = words.slice(answerStart, answerStart + windowTokens).join(" ");
    assert.ok(window.includes("answer"));
    assert.equal(partOf(hits, "long"), await relevanceOf(`titles ${window}`));
    assert.notEqual(partOf(hits, "long"), await relevanceOf(longDocument.text));
  });

  it("reads a passage whole that is no longer than the window, and every one without windows", async () => {
    const whole = `titles ${longDocument.text}`;
    const windowed = await rerankedHits({ rerankWindowTokens: windowTokens });
    const unlimited = await rerankedHits({ rerankWindowTokens: 0 });
    assert.equal(partOf(windowed, "short"), await relevanceOf("title answer"));
    assert.equal(partOf(unlimited, "long"), await relevanceOf(whole));
  });

  it("reads the same with every kernel", async () => {
    const first = await rerankedHits({ rerankWindowTokens: windowTokens });
    for (const kernel of ["scalar", "wasm", "reference"] as const)
      assert.deepEqual(await rerankedHits({ rerankWindowTokens: windowTokens, kernel }), first);
  });
});

const query = { text: "answer question", vectors: vectorsOf(2, (token) => token + 1) };

const longDocument: Document = {
  key: "long",
  title: "titles",
  // Six letters each, as the title has, so that tokens and characters have the same shares.
  text: Array.from({ length: wordCount }, (_, i) =>
    i < 8 || i === answerStart + 2 ? "answer" : "filler",
  ).join(" "),
  fields: new Map(),
  // The title is the first token. Only one window has both vectors of the query.
  vectors: vectorsOf(wordCount + 1, (token) =>
    token === answerStart + 1 ? 1 : token === answerStart + windowTokens ? 2 : 0,
  ),
};

const shortDocument: Document = {
  key: "short",
  title: "title",
  text: "answer",
  fields: new Map(),
  vectors: vectorsOf(2, (token) => token + 1),
};

/** Token vectors along one of three directions, at right angles but for a little. */
function vectorsOf(rowCount: number, directionOf: (token: number) => number): PrecomputedVectors {
  const values = new Float32Array(rowCount * dim);
  for (let token = 0; token < rowCount; token += 1)
    for (let j = 0; j < dim; j += 1)
      values[token * dim + j] = j % 3 === directionOf(token) ? 1 : 0.01 * j;
  return { type: "float32", dim, bytes: new Uint8Array(values.buffer) };
}
