import { strict as assert } from "node:assert";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SluiceError } from "../../../src/core/errors.js";
import { loadModelManifest } from "../../../src/encoders/model-manifest.js";
import { editManifest, embeddedManifest, writeTinyModel } from "../../support/model-folders.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

type Edit = (manifest: Record<string, unknown>) => Record<string, unknown>;

/** The message with which a tiny model's manifest is refused after `edit`. */
async function refusal(edit: Edit): Promise<string> {
  let message = "";
  await withTemporaryFolder(async (folder) => {
    await writeTinyModel(folder);
    await editManifest(folder, edit);
    assert.throws(
      () => loadModelManifest(folder),
      (error) => {
        assert.ok(error instanceof SluiceError);
        assert.equal(error.reason, "MODEL_INVALID");
        assert.equal(error.place, folder);
        assert.ok(!error.message.includes(folder), "the message contains no path");
        message = error.message;
        return true;
      },
    );
  });
  return message;
}

function within(field: string, values: object): Edit {
  return (manifest) => ({ ...manifest, [field]: { ...(manifest[field] as object), ...values } });
}

function head(outputs: number): object {
  const layer = { type: "dense", inputs: 8, outputs, bias: false, activation: "identity" };
  return { file: "head.safetensors", layers: [layer] };
}

/** With a head of the right width in format 2, before `edited`. */
function withHead(m: Record<string, unknown>, edited: object): Record<string, unknown> {
  const files = {
    ...(m["files"] as object),
    "head.safetensors": { sha256: "0".repeat(64), bytes: 1 },
  };
  return { ...m, format: 2, head: head(m["dim"] as number), ...edited, files };
}

describe("loadModelManifest", () => {
  it("reads the embedded model's manifest", () => {
    const manifest = embeddedManifest();
    assert.equal(manifest.dim, 384);
    assert.equal(manifest.license, "MIT");
    assert.deepEqual(
      [manifest.query.maxTokens, manifest.passage.maxTokens, manifest.passage.overlapTokens],
      [64, 320, 64],
    );
    assert.equal(manifest.query.expandToTokens, null);
  });

  it("reads a cross-encoder's manifest", async () => {
    await withTemporaryFolder(async (folder) => {
      const pair = { maxTokens: 64, queryMaxTokens: 16, overlapTokens: 8 };
      await writeTinyModel(folder, undefined, { kind: "cross-encoder", pair });
      const manifest = loadModelManifest(folder);
      assert.ok(manifest.kind === "cross-encoder");
      assert.deepEqual(manifest.pair, pair);
    });
  });

  const cases: [name: string, edit: Edit, problem: RegExp][] = [
    ["an unknown kind", (m) => ({ ...m, kind: "oracle" }), /kind/],
    ["a newer format", (m) => ({ ...m, format: 3 }), /format/],
    ["a head in format 1", (m) => ({ ...m, head: head(384) }), /files: head.safetensors/],
    ["a head of another width", (m) => withHead(m, { head: head(128) }), /head.layers.0/],
    ["a format without its head", (m) => withHead(m, { format: 1 }), /format: a model with/],
    ["a missing dim", (m) => ({ ...m, dim: undefined }), /dim/],
    ["a dim that is no multiple of 16", (m) => ({ ...m, dim: 100 }), /dim/],
    ["a dim that is too large", (m) => ({ ...m, dim: 2048 }), /dim/],
    ["a query longer than the positions", within("query", { maxTokens: 500 }), /query\.maxTokens/],
    ["a passage longer than the positions", within("passage", { maxTokens: 129 }), /passage\.maxT/],
    ["a passage of no room", within("passage", { maxTokens: 2 }), /passage\.maxTokens/],
    ["too much overlap", within("passage", { overlapTokens: 33 }), /passage\.overlapTokens/],
    ["negative token ids", within("passage", { skipTokenIds: [-1] }), /passage\.skipTokenIds\.0/],
    ["an unlisted graph", within("onnx", { file: "other.onnx" }), /other\.onnx is not listed/],
    ["no ids among the inputs", within("onnx", { inputs: ["attention_mask"] }), /input_ids/],
    ["an unknown input", within("onnx", { inputs: ["input_ids", "pixels"] }), /onnx\.inputs\.1/],
    ["a file outside the folder", within("files", { "../x": { sha256: "", bytes: 1 } }), /files/],
    ["a hash that is none", within("files", { x: { sha256: "ab", bytes: 1 } }), /files\.x\.sha256/],
    ["a list", () => [] as unknown as Record<string, unknown>, /manifest\.json/],
  ];
  for (const [name, edit, problem] of cases) {
    it(`refuses ${name}, naming the field`, async () => {
      assert.match(await refusal(edit), problem);
    });
  }

  it("refuses a folder without a manifest and one that is not JSON", async () => {
    await withTemporaryFolder(async (folder) => {
      assert.throws(() => loadModelManifest(folder), { message: /manifest\.json cannot be read/ });
      await mkdir(join(folder, "x"));
      await writeFile(join(folder, "x/manifest.json"), "{");
      assert.throws(() => loadModelManifest(join(folder, "x")), { message: /is not JSON/ });
    });
  });
});
