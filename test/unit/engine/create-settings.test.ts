import assert from "node:assert/strict";
import { join } from "node:path";

import { latestSettings } from "../../../src/analysis/analyzer.js";
import { openCentring } from "../../../src/core/centre.js";
import { settingsFor } from "../../../src/engine/create-settings.js";
import { createModels } from "../../../src/engine/models.js";
import type { CollectionSettings } from "../../../src/index/collection-settings.js";
import type { CreateCollection } from "../../../src/engine/api.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { hasReason } from "../../support/errors.js";
import { writeTinyModel } from "../../support/model-folders.js";

describe("settingsFor", () => {
  const folder = useTemporaryFolder();
  beforeEach(() => writeTinyModel(join(folder(), "tiny")));

  function settings(asked: Partial<CreateCollection>): Promise<CollectionSettings> {
    const models = createModels(folder());
    const request = { name: "notes", ifNotExists: false, ...asked };
    return settingsFor(request, { models, defaultModel: "tiny" });
  }

  it("takes the default model, its dim and fingerprint", async () => {
    const { modelFingerprint, ...others } = await settings({});
    assert.match(modelFingerprint ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(others, {
      name: "notes",
      modelName: "tiny",
      dim: 16,
      bits: 2,
      sketchBits: 2,
      refineBits: undefined,
      ...latestSettings("english"),
      seed: 1,
      centring: undefined,
    });
  });

  it("gives codes a centre where rows may share a direction: of models that say so, and of callers", async () => {
    await writeTinyModel(join(folder(), "like"), undefined, { rowsShareDirection: true });
    const { centring } = await settings({ modelName: "like" });
    assert.deepEqual(centring, openCentring);
    assert.deepEqual((await settings({ dim: 16 })).centring, openCentring);
  });

  it("needs no model when a dim is given", async () => {
    const { dim, modelName, modelFingerprint, bits } = await settings({ dim: 1024, bits: 8 });
    assert.deepEqual([dim, modelName, modelFingerprint, bits], [1024, undefined, undefined, 8]);
  });

  it("takes a dim that is the named model's, and no other", async () => {
    assert.equal((await settings({ dim: 16, modelName: "tiny" })).dim, 16);
    const other = settings({ dim: 32, modelName: "tiny" });
    await assert.rejects(other, hasReason("INVALID_FIELD", /dim is 32, model "tiny" has dim 16/));
  });

  const wrong: readonly [Partial<CreateCollection>, field: string][] = [
    ...["", "-a", "A", "a b", "../a", "a".repeat(64), "é"].map(
      (name): [Partial<CreateCollection>, string] => [{ name }, "name"],
    ),
    ...[0, 8, 15, 17, 1040, -16, NaN, 16.5].map((dim): [Partial<CreateCollection>, string] => [
      { dim },
      "dim",
    ]),
    ...[0, 3, 16, -1, NaN].map((bits): [Partial<CreateCollection>, string] => [{ bits }, "bits"]),
    [{ sketchBits: 3 }, "sketch_bits"],
    ...[2, 3, 16].map((refineBits): [Partial<CreateCollection>, string] => [
      { refineBits },
      "refine_bits",
    ]),
    [{ bits: 4, refineBits: 4 }, "refine_bits"],
    [{ analyzer: "klingon" }, "analyzer"],
  ];
  for (const [asked, field] of wrong) {
    it(`refuses ${JSON.stringify(asked)}, naming ${field}`, async () => {
      await assert.rejects(settings(asked), (error: unknown) => {
        hasReason("INVALID_FIELD")(error);
        assert.equal((error as { field?: string }).field, field);
        return true;
      });
    });
  }

  it("refuses models that are not there, and names that lead out of the folder", async () => {
    await assert.rejects(
      settings({ modelName: "none" }),
      hasReason("MODEL_NOT_FOUND", /there are .*tiny/),
    );
    for (const modelName of ["../tiny", "tiny/../tiny", ".", ""])
      await assert.rejects(
        settings({ modelName }),
        hasReason("MODEL_INVALID", /cannot be the name of a model/),
      );
  });
});
