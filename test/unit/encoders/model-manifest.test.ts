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
    ["a newer format", (m) => ({ ...m, format: 2 }), /format/],
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
