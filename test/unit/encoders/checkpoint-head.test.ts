// Heads in modules of their own: what is joined to a graph, and what is refused.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { addModel } from "../../../src/encoders/add-model.js";
import type { AddedModel } from "../../../src/encoders/add-model.js";
import { createCrossEncoder } from "../../../src/encoders/cross-encoder.js";
import { createLateInteractionEncoder } from "../../../src/encoders/late-interaction-encoder.js";
import { verifyModel } from "../../../src/encoders/model-folder.js";
import type { LateInteractionManifest } from "../../../src/encoders/model-manifest.js";
import { writeTensorFile } from "../../../src/encoders/safetensors.js";
import type { Tensor } from "../../../src/encoders/safetensors.js";
import { writeCheckpoint } from "../../support/checkpoints.js";
import type { Checkpoint } from "../../support/checkpoints.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { hasReason } from "../../support/errors.js";

/** A checkpoint of a graph with rows (id, attention, extra, 0 ...) of 32 values, and modules. */
interface ModuleCheckpoint extends Checkpoint {
  /** Weights by file and tensor. */
  readonly weights?: Readonly<Record<string, Readonly<Record<string, Tensor>>>>;
}

const graph = { dim: 32, extra: 3 } as const;
const transformer = {
  path: "",
  type: "sentence_transformers.base.modules.transformer.Transformer",
};
const normalize = { path: "3_Normalize", type: "sentence_transformers.models.Normalize" };
const mask = { path: "2_Mask", type: "sentence_transformers.models.MultiVectorMask" };
const dense = (path: string): { path: string; type: string } => {
  return { path, type: "sentence_transformers.base.modules.dense.Dense" };
};
const identity = "torch.nn.modules.linear.Identity";
const perceptron = (inputs: number, outputs: number): Record<string, unknown> => {
  return {
    in_features: inputs,
    out_features: outputs,
    bias: false,
    activation_function: identity,
  };
};
/** Output i is twice input i. */
function doubling(inputs: number, outputs: number): Tensor {
  const values = new Float32Array(inputs * outputs);
  for (let i = 0; i < Math.min(inputs, outputs); i += 1) values[i * inputs + i] = 2;
  return { shape: [outputs, inputs], values };
}

const multiVector: ModuleCheckpoint = {
  graph,
  files: {
    "modules.json": [transformer, dense("1_Dense"), mask, normalize],
    "config_sentence_transformers.json": { model_type: "MultiVectorEncoder" },
    "1_Dense/config.json": perceptron(32, 16),
    "2_Mask/config.json": { skiplist_words: [] },
  },
  weights: { "1_Dense/model.safetensors": { "linear.weight": doubling(32, 16) } },
};

function changed(
  files: Checkpoint["files"],
  weights: ModuleCheckpoint["weights"] = multiVector.weights,
): ModuleCheckpoint {
  return { ...multiVector, files: { ...multiVector.files, ...files }, weights: weights ?? {} };
}

describe("heads of checkpoints", () => {
  const folder = useTemporaryFolder();
  const models = (): string => join(folder(), "models");

  function add({ weights = {}, ...checkpoint }: ModuleCheckpoint): Promise<AddedModel> {
    const source = join(folder(), "source");
    rmSync(source, { recursive: true, force: true });
    rmSync(models(), { recursive: true, force: true });
    writeCheckpoint(source, checkpoint);
    for (const [file, tensors] of Object.entries(weights)) {
      mkdirSync(dirname(join(source, file)), { recursive: true });
      writeTensorFile(join(source, file), new Map(Object.entries(tensors)));
    }
    const at = { source, modelsFolder: models(), name: "added", origin: "elsewhere" };
    return addModel({ ...at, overrides: {} });
  }

  /** The first values of each row of a query, not yet unit in the graph: (id, attention, extra). */
  async function queryRows(model: AddedModel, text: string): Promise<number[][]> {
    const encoder = await createLateInteractionEncoder(model);
    try {
      const { values, dim, rowCount } = (await encoder.encodeQuery(text)).rows;
      return Array.from({ length: rowCount }, (_, row) => [
        ...values.subarray(row * dim, row * dim + 3),
      ]);
    } finally {
      await encoder.close();
    }
  }

  it("joins a dense layer to the graph, and names its weights in the manifest", async () => {
    const model = await add(multiVector);
    const { format, dim, head, files, rowsAreUnit } = model.manifest as LateInteractionManifest;
    assert.deepEqual([format, dim, rowsAreUnit], [2, 16, false]);
    assert.deepEqual(Object.keys(files), ["model.onnx", "tokenizer.json", "head.safetensors"]);
    assert.equal(head?.layers.length, 1);
    const [first = []] = await queryRows(model, "cat");
    const length = Math.hypot(101, 1, 3);
    assert.deepEqual(first, [...Float32Array.of(101 / length, 1 / length, 3 / length)]);
    writeFileSync(join(model.folder, "head.safetensors"), "damaged");
    assert.equal((await verifyModel(model.folder)).isGood, false);
  });

  it("gives a row the same bits whatever is encoded beside it", async () => {
    const values = Float32Array.from({ length: 32 * 18 }, (_, i) => Math.sin(i));
    const weights = {
      "1_Dense/model.safetensors": { "linear.weight": { shape: [18, 32], values } },
    };
    const files = {
      "modules.json": [transformer, dense("1_Dense"), dense("2_Dense"), normalize],
      "1_Dense/config.json": { ...perceptron(32, 18), activation_function: "torch.nn.GELU" },
      "2_Dense/config.json": perceptron(18, 16),
    };
    const second = { "2_Dense/model.safetensors": { "linear.weight": doubling(18, 16) } };
    const model = await add(changed(files, { ...weights, ...second }));
    // Rows of the tiny graph depend on their own token only; 3 and 4 rows, an odd and an even number.
    const [short, long] = [await queryRows(model, "cat"), await queryRows(model, "cat cat")];
    assert.deepEqual(long.slice(0, 2), short.slice(0, 2));
    assert.deepEqual(long[3], short[2]);
  });

  it("takes a graph that has the head inside as it is", async () => {
    const inside = await add({ ...multiVector, graph: { ...graph, dim: 16 } });
    assert.equal(inside.manifest.head, undefined);
    assert.equal(inside.manifest.format, 1);
  });

  it("joins a head of equal widths, unless PyLate's export has written the graph", async () => {
    const square = changed(
      { "1_Dense/config.json": perceptron(32, 32) },
      { "1_Dense/model.safetensors": { "linear.weight": doubling(32, 32) } },
    );
    assert.ok((await add(square)).manifest.head !== undefined);
    const files = { ...square.files, "onnx_config.json": { query_length: 20 } };
    assert.equal((await add({ ...square, files })).manifest.head, undefined);
  });

  it("finds the transformer in a folder of its own", async () => {
    const modules = [{ ...transformer, path: "0_Transformer" }, dense("1_Dense"), normalize];
    const config = { max_position_embeddings: 96 };
    const model = await add({
      ...changed({ "modules.json": modules, "0_Transformer/config.json": config }),
      graphFile: "0_Transformer/onnx/model.onnx",
    });
    assert.equal(model.manifest.positionLimit, 96);
  });

  it("pools the rows of a cross-encoder by its first token, their mean or their maxima", async () => {
    const weights = {
      shape: [1, 32],
      values: Float32Array.from({ length: 32 }, (_, i) => +(i === 1)),
    };
    // The graph's second value is the token's attention, 1: so is each way to pool it.
    for (const mode of ["cls", "mean", "max"]) {
      const model = await add({
        graph,
        files: {
          "modules.json": [
            transformer,
            { path: "1_Pooling", type: "st.Pooling" },
            dense("2_Dense"),
          ],
          "config_sentence_transformers.json": { model_type: "CrossEncoder" },
          "1_Pooling/config.json": { pooling_mode: mode },
          "2_Dense/config.json": { ...perceptron(32, 1), module_output_name: "scores" },
        },
        weights: { "2_Dense/model.safetensors": { "linear.weight": weights } },
      });
      const encoder = await createCrossEncoder(model);
      const cancel = new SharedArrayBuffer(4);
      const relevance = await encoder.relevance("cat", "dog", { pooling: "best", cancel });
      assert.ok(Math.abs(relevance - 1 / (1 + Math.exp(-1))) < 1e-6);
      await encoder.close();
    }
  });

  const faults: readonly [what: string, ModuleCheckpoint, RegExp][] = [
    ["no weights", changed({}, {}), /1_Dense\/model.safetensors is missing; save the checkpoint/],
    [
      "weights without the layer's tensor",
      changed({}, { "1_Dense/model.safetensors": { other: doubling(32, 16) } }),
      /has no tensor linear.weight, only other/,
    ],
    [
      "weights of another size than its settings",
      changed({ "1_Dense/config.json": perceptron(32, 24) }),
      /1_Dense has weights for 32 to 16 values, but its config.json says 32 to 24/,
    ],
    [
      "a graph of another width",
      { ...multiVector, graph: { ...graph, dim: 48 } },
      /model.onnx has rows of 48 values, but 1_Dense makes 16 of 32/,
    ],
    [
      "layers that do not fit together",
      changed(
        {
          "modules.json": [transformer, dense("1_Dense"), dense("2_Dense"), normalize],
          "2_Dense/config.json": perceptron(32, 16),
        },
        {
          ...multiVector.weights,
          "2_Dense/model.safetensors": { "linear.weight": doubling(32, 16) },
        },
      ),
      /2_Dense takes 32 values, but 1_Dense gives 16/,
    ],
    [
      "a layer that reads what no module gives",
      changed({ "1_Dense/config.json": { ...perceptron(32, 16), module_input_name: "other" } }),
      /1_Dense reads other, but the modules before give token_embeddings/,
    ],
    [
      "an activation that is not known",
      changed({ "1_Dense/config.json": { ...perceptron(32, 16), activation_function: "my.Own" } }),
      /1_Dense has the activation my.Own; known are Identity/,
    ],
    [
      "a module that is not known",
      changed({ "modules.json": [transformer, { path: "1_Router", type: "st.Router" }] }),
      /modules.json: module 1 is st.Router; known are Transformer/,
    ],
    [
      "modules without a transformer",
      changed({ "modules.json": [dense("1_Dense"), normalize] }),
      /the first module, and no other, is a Transformer/,
    ],
    [
      "a module outside its folder",
      changed({ "modules.json": [{ ...transformer, path: "../other" }] }),
      /modules.json: 0.path: must be a plain folder name/,
    ],
    [
      "rows that are not normalized",
      changed({ "modules.json": [transformer, dense("1_Dense"), mask] }),
      /has no Normalize, and only unit rows are compared/,
    ],
    [
      "words that are skipped in queries",
      changed({ "2_Mask/config.json": { skiplist_tasks: ["query", "document"] } }),
      /MultiVectorMask skips tokens of queries/,
    ],
    [
      "rows that all have one direction",
      changed(
        { "1_Dense/config.json": { ...perceptron(32, 16), bias: true } },
        {
          "1_Dense/model.safetensors": {
            "linear.weight": { shape: [16, 32], values: new Float32Array(16 * 32) },
            "linear.bias": { shape: [16], values: new Float32Array(16).fill(1) },
          },
        },
      ),
      /its rows all have the same direction, so it cannot rank/,
    ],
    [
      "a bias that is not there",
      changed({ "1_Dense/config.json": { ...perceptron(32, 16), bias: true } }),
      /has no tensor linear.bias/,
    ],
    [
      "settings that are not there",
      changed({ "1_Dense/config.json": "{" }),
      /config.json is not JSON/,
    ],
  ];
  for (const [what, checkpoint, message] of faults)
    it(`refuses ${what}, and leaves nothing`, async () => {
      await assert.rejects(add(checkpoint), hasReason("MODEL_INVALID", message));
      assert.deepEqual(existsSync(models()) ? readdirSync(models()) : [], []);
    });
});
