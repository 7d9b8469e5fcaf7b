import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadModelManifest } from "../../../src/encoders/model-manifest.js";
import type { OnnxSession, SessionOutput } from "../../../src/encoders/onnx-session.js";
import { openOnnxSession } from "../../../src/encoders/onnx-session.js";
import {
  editManifest,
  embeddedManifest,
  embeddedModelFolder,
  tinyGraph,
  writeTinyModel,
} from "../../support/model-folders.js";
import type { TinyGraph } from "../../support/tiny-onnx.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

const rows: SessionOutput = { kind: "token-rows", dim: 16 };

async function withSession(
  graph: Partial<TinyGraph>,
  use: (session: OnnxSession) => Promise<void>,
  output: SessionOutput = rows,
): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    await writeTinyModel(folder, { ...tinyGraph, ...graph });
    const session = await openOnnxSession({ folder, manifest: loadModelManifest(folder) }, output);
    try {
      await use(session);
    } finally {
      await session.close();
    }
  });
}

/** Why a tiny model cannot be opened after its files were changed. */
async function refusal(
  change: (folder: string) => Promise<void>,
  output: SessionOutput = rows,
): Promise<string> {
  let message = "";
  await withTemporaryFolder(async (folder) => {
    await writeTinyModel(folder);
    await change(folder);
    const manifest = loadModelManifest(folder);
    const opening = openOnnxSession({ folder, manifest }, output);
    await assert.rejects(opening, (error: Error & { reason?: string; place?: string }) => {
      assert.equal(error.reason, "MODEL_INVALID");
      assert.equal(error.place, folder);
      assert.ok(!error.message.includes(folder), "the message contains no path");
      message = error.message;
      return true;
    });
  });
  return message;
}

const editOnnx = (values: object) => (folder: string) => {
  return editManifest(folder, (manifest) => {
    return { ...manifest, onnx: { ...(manifest["onnx"] as object), ...values } };
  });
};

describe("OnnxSession", () => {
  it("hands ids and attention to the graph, one text a run", async () => {
    await withSession({}, async (session) => {
      const values = await session.run({ ids: Int32Array.of(101, 7, 102), attendedCount: 2 });
      assert.equal(values.length, 3 * 16);
      assert.deepEqual(
        [0, 1, 2].map((row) => [values[row * 16], values[row * 16 + 1]]),
        [
          [101, 1],
          [7, 1],
          [102, 0],
        ],
      );
    });
  });

  it("runs texts in the order of the calls, each alone", async () => {
    await withSession({}, async (session) => {
      const ids = [1, 2, 3, 4, 5].map((id) => new Int32Array(id).fill(id));
      const results = await Promise.all(ids.map((text) => session.run({ ids: text })));
      assert.deepEqual(
        results.map((values) => [values.length / 16, values[0]]),
        [1, 2, 3, 4, 5].map((id) => [id, id]),
      );
    });
  });

  it("gives the logit of a pair, type ids included", async () => {
    const check = async (session: OnnxSession): Promise<void> => {
      const typeIds = Int32Array.of(0, 0, 1);
      const values = await session.run({ ids: Int32Array.of(101, 5, 102), typeIds });
      assert.deepEqual([...values], [1]);
    };
    await withSession({ output: "logit" }, check, { kind: "logit" });
  });

  for (const extra of [NaN, Infinity, -Infinity]) {
    it(`refuses an output with ${extra}`, async () => {
      await withSession({ extra }, async (session) => {
        const run = session.run({ ids: Int32Array.of(101, 102) });
        await assert.rejects(run, { reason: "INTERNAL", message: /model tiny gave NaN/ });
      });
    });
  }

  it("goes on after a run that failed", async () => {
    const output: SessionOutput = { kind: "token-rows", dim: 384 };
    const model = { folder: embeddedModelFolder, manifest: embeddedManifest() };
    const session = await openOnnxSession(model, output);
    const good = Int32Array.of(101, 2054, 102);
    // Id 40,000 is beyond the vocabulary.
    const bad = session.run({ ids: Int32Array.of(101, 40_000, 102) });
    const after = session.run({ ids: good });
    const message = /model bge-small-en-v1\.5-late failed/;
    await assert.rejects(bad, { reason: "INTERNAL", message });
    assert.equal((await after).length, 3 * 384);
    await session.close();
  });

  it("closes after the runs under way, and twice does no harm", async () => {
    await withSession({}, async (session) => {
      const run = session.run({ ids: Int32Array.of(101, 102) });
      await session.close();
      assert.equal((await run).length, 32);
      await session.close();
      assert.throws(() => session.run({ ids: Int32Array.of(101) }), { name: "AssertionError" });
    });
  });
});

describe("openOnnxSession", () => {
  it("names an output that the graph does not have, and those it has", async () => {
    const message = await refusal(editOnnx({ output: "embeddings" }));
    assert.match(
      message,
      /model\.onnx: onnx\.output: the graph has no output embeddings, only rows/,
    );
  });

  it("names an input that the graph needs but the manifest does not give", async () => {
    const message = await refusal(editOnnx({ inputs: ["input_ids", "attention_mask"] }));
    assert.match(message, /onnx\.inputs: the graph also needs token_type_ids/);
  });

  it("names a dim that is not the graph's", async () => {
    const message = await refusal(() => Promise.resolve(), { kind: "token-rows", dim: 32 });
    assert.match(message, /dim: rows has vectors of dim 16, not 32/);
  });

  it("refuses bytes that are no graph", async () => {
    const message = await refusal((folder) => writeFile(join(folder, "model.onnx"), "no graph"));
    assert.match(message, /model\.onnx cannot be loaded/);
  });
});
