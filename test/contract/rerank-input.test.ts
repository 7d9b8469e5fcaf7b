// What a cross-encoder does with inputs and model files that are not as they should be.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Document } from "../../src/core/document.js";
import type { EngineApi } from "../../src/engine/api.js";
import { createEncodeLoop } from "../../src/encoding/encode-loop.js";
import { createCrossEncoder } from "../../src/encoders/cross-encoder.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { tinyGraph, writeTinyCrossEncoder, writeTinyModel } from "../support/model-folders.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const [document] = seededDocuments({ seed: 80, count: 1, dim });
const [query] = seededQueries({ seed: 80, count: 1, dim });
const rerank = { model: "overlap" };
const queryBytesMax = 16 * 1024;

describe("a cross-encoder", () => {
  const folder = useTemporaryFolder();
  let engine: InlineEngine | undefined;
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  async function open(documents: readonly Document[]): Promise<EngineApi> {
    await writeTinyCrossEncoder(modelFolder());
    engine = await openInlineEngine(join(folder(), "data"), {
      search: searchDefaults,
      modelsFolder: join(folder(), "models"),
    });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    return engine.api;
  }

  const modelFolder = (): string => join(folder(), "models/overlap");

  async function relevanceOf(text: string, passage: string): Promise<number> {
    const encoder = await createCrossEncoder(await openModelFolder(modelFolder()));
    const cancel = new SharedArrayBuffer(4);
    const relevance = await encoder.relevance(text, passage, { pooling: "best", cancel });
    await encoder.close();
    return relevance;
  }

  it("reads a passage without text", async () => {
    const api = await open([{ ...document!, title: "", text: "" }]);
    const { hits, degradations } = await finalOf(api, { ...query!, text: "gold", rerank });
    assert.deepEqual(degradations, []);
    assert.equal(hits[0]?.parts.crossEncoder, await relevanceOf("gold", ""));
  });

  it("reads the beginning of the longest query, and a longer one is refused", async () => {
    const api = await open([{ ...document!, title: "", text: "cold rivers" }]);
    const text = "cold rivers ".repeat(queryBytesMax / 12).padEnd(queryBytesMax, "!");
    const { hits, degradations } = await finalOf(api, { ...query!, text, rerank });
    assert.deepEqual(degradations, []);
    assert.equal(hits[0]?.parts.crossEncoder, await relevanceOf(text, "cold rivers"));
    await assert.rejects(finalOf(api, { ...query!, text: `${text}!`, rerank }), /16,?384|16 KiB/);
  });

  it("goes on when its file is cut while it is open, and is absent after a restart", async () => {
    const api = await open([{ ...document!, title: "", text: "cold rivers" }]);
    const before = await finalOf(api, { ...query!, text: "cold", rerank });
    const path = join(modelFolder(), "model.onnx");
    await writeFile(path, (await readFile(path)).subarray(0, 100));
    const after = await finalOf(api, { ...query!, text: "cold", rerank });
    assert.deepEqual([after.hits, after.degradations], [before.hits, []]);
    await engine?.close();
    engine = await openInlineEngine(join(folder(), "data"), {
      search: searchDefaults,
      modelsFolder: join(folder(), "models"),
    });
    const restarted = await finalOf(engine.api, { ...query!, text: "cold", rerank });
    assert.equal(restarted.degradations[0]?.reason, "CROSS_ENCODER_ABSENT");
    assert.match(restarted.degradations[0].message, /model\.onnx has 100 bytes/);
  });

  it("is not loaded by a thread after its file was replaced, until it is back", async () => {
    await writeTinyCrossEncoder(modelFolder());
    const model = await openModelFolder(modelFolder());
    const good = await readFile(join(modelFolder(), "model.onnx"));
    const task = {
      kind: "pairs",
      model,
      query: "cold",
      texts: ["cold"],
      pooling: "best",
      cancel: new SharedArrayBuffer(4),
    } as const;
    const loop = createEncodeLoop(loadKernels().kernels);
    await writeTinyModel(join(folder(), "other"), { ...tinyGraph, output: "logit", dim: 1 });
    const other = await readFile(join(folder(), "other/model.onnx"));
    await writeFile(join(modelFolder(), "model.onnx"), other);
    const failed = await loop.run(task);
    assert.ok(failed.kind === "failed" && failed.reason === "MODEL_INVALID");
    assert.match(failed.message, /model\.onnx has/);
    // All of its files, the manifest included: a different model.
    const manifest = await readFile(join(modelFolder(), "manifest.json"), "utf8");
    await writeFile(join(modelFolder(), "model.onnx"), good);
    await writeFile(join(modelFolder(), "manifest.json"), `${manifest}\n`);
    const replaced = await loop.run(task);
    assert.ok(replaced.kind === "failed" && replaced.reason === "MODEL_INVALID");
    assert.match(replaced.message, /its files were replaced; restart the server/);
    await writeFile(join(modelFolder(), "manifest.json"), manifest);
    assert.equal((await loop.run(task)).kind, "relevances");
  });
});
