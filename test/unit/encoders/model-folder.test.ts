import { strict as assert } from "node:assert";
import { open, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listModels, openModelFolder, verifyModel } from "../../../src/encoders/model-folder.js";
import {
  cloneEmbeddedModel,
  editManifest,
  embeddedManifest,
  embeddedModelFolder,
  writeTinyModel,
} from "../../support/model-folders.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

const graphFile = "model.int8.onnx";

async function flipByte(path: string, position: number): Promise<void> {
  const file = await open(path, "r+");
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  await file.write(Buffer.from([byte[0]! ^ 1]), 0, 1, position);
  await file.close();
}

describe("verifyModel", () => {
  it("finds the embedded model good", async () => {
    const verification = await verifyModel(embeddedModelFolder);
    assert.equal(verification.isGood, true);
    assert.deepEqual(
      verification.files.map((file) => [
        file.file,
        file.state,
        file.sha256 === file.sha256Expected,
      ]),
      [
        [graphFile, "good", true],
        ["tokenizer.json", "good", true],
      ],
    );
    assert.match(verification.fingerprint, /^[0-9a-f]{64}$/);
  });

  it("tells each kind of damage apart", async () => {
    await withTemporaryFolder(async (folder) => {
      await cloneEmbeddedModel(folder, [graphFile, "tokenizer.json"]);
      await flipByte(join(folder, graphFile), 20_000_000);
      await truncate(join(folder, "tokenizer.json"), 1000);
      const damaged = await verifyModel(folder);
      assert.equal(damaged.isGood, false);
      assert.deepEqual(
        damaged.files.map((file) => [file.state, file.bytes]),
        [
          ["wrong-hash", 34_016_956],
          ["wrong-size", 1000],
        ],
      );
      await rm(join(folder, "tokenizer.json"));
      const { files } = await verifyModel(folder);
      assert.deepEqual([files[1]?.state, files[1]?.bytes], ["missing", undefined]);
    });
  });
});

describe("openModelFolder", () => {
  it("names a damaged file and both hashes", async () => {
    await withTemporaryFolder(async (folder) => {
      await cloneEmbeddedModel(folder, ["tokenizer.json"]);
      await flipByte(join(folder, "tokenizer.json"), 100);
      const promised = embeddedManifest().files["tokenizer.json"]!.sha256;
      await assert.rejects(
        openModelFolder(folder),
        (error: Error & { reason?: string; place?: string }) => {
          assert.equal(error.reason, "MODEL_INVALID");
          assert.equal(error.place, folder);
          assert.match(error.message, /tokenizer\.json has SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}/);
          assert.ok(error.message.includes(promised));
          return true;
        },
      );
    });
  });

  it("names a file that is cut short or missing", async () => {
    await withTemporaryFolder(async (folder) => {
      await cloneEmbeddedModel(folder, ["tokenizer.json"]);
      await truncate(join(folder, "tokenizer.json"), 1000);
      const cut = /tokenizer\.json has 1000 bytes, not 466081/;
      await assert.rejects(openModelFolder(folder), { reason: "MODEL_INVALID", message: cut });
      await rm(join(folder, graphFile));
      const missing = /model\.int8\.onnx is missing; tokenizer\.json has/;
      await assert.rejects(openModelFolder(folder), { message: missing });
    });
  });

  it("gives one fingerprint wherever the folder lies, and another after a change", async () => {
    await withTemporaryFolder(async (folder) => {
      await cloneEmbeddedModel(folder, ["manifest.json"]);
      const { fingerprint } = await openModelFolder(embeddedModelFolder);
      assert.equal((await openModelFolder(folder)).fingerprint, fingerprint);
      await editManifest(folder, (manifest) => ({ ...manifest, name: "other" }));
      assert.notEqual((await openModelFolder(folder)).fingerprint, fingerprint);
    });
  });
});

describe("listModels", () => {
  it("lists good and bad models, links too, and leaves other entries out", async () => {
    await withTemporaryFolder(async (folder) => {
      await symlink(embeddedModelFolder, join(folder, "linked"));
      await writeTinyModel(join(folder, "tiny"));
      await writeTinyModel(join(folder, "bad"));
      await editManifest(join(folder, "bad"), (manifest) => ({ ...manifest, dim: 7 }));
      await writeFile(join(folder, "README.md"), "no model");
      const [bad, linked, tiny, ...others] = await listModels(folder);
      assert.ok(bad !== undefined && "problem" in bad);
      assert.match(bad.problem, /dim/);
      assert.ok(linked !== undefined && "name" in linked);
      assert.deepEqual([linked.name, linked.license], ["bge-small-en-v1.5-late", "MIT"]);
      assert.equal(linked.bytes, 34_016_956 + 466_081);
      assert.ok(tiny !== undefined && "name" in tiny);
      assert.deepEqual(others, []);
    });
  });

  it("is empty where there is no folder", async () => {
    assert.deepEqual(await listModels("/nowhere/at/all"), []);
  });
});
