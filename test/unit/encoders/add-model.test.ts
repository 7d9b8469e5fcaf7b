// Checkpoints of other projects become models whose texts are read as their families read them.

import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addModel } from "../../../src/encoders/add-model.js";
import type { AddModelOptions, AddedModel } from "../../../src/encoders/add-model.js";
import { createCrossEncoder } from "../../../src/encoders/cross-encoder.js";
import { createLateInteractionEncoder } from "../../../src/encoders/late-interaction-encoder.js";
import type {
  CrossEncoderManifest,
  LateInteractionManifest,
} from "../../../src/encoders/model-manifest.js";
import { byteLevelTokenizerFile } from "../../support/byte-level-tokenizer.js";
import { bertTokenizer, writeCheckpoint } from "../../support/checkpoints.js";
import type { Checkpoint } from "../../support/checkpoints.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { hasReason } from "../../support/errors.js";

/** BERT's ids. */
const [cls, sep, mask, unused0, unused1, cat, comma] = [101, 102, 103, 1, 2, 4937, 1010];

describe("adding a model", () => {
  const folder = useTemporaryFolder();
  const models = (): string => join(folder(), "models");

  function add(
    checkpoint: Checkpoint,
    options: Partial<AddModelOptions> = {},
  ): Promise<AddedModel> {
    const source = join(folder(), "source");
    rmSync(source, { recursive: true, force: true });
    writeCheckpoint(source, checkpoint);
    const at = { source, modelsFolder: models(), name: "added", origin: "elsewhere" };
    return addModel({ ...at, overrides: {}, ...options });
  }

  /** What the graph was given for a text: each token's id, and whether it was attended to. */
  async function seen(
    model: AddedModel,
    side: "query" | "passage",
    text: string,
  ): Promise<[id: number, attention: number][]> {
    const encoder = await createLateInteractionEncoder(model);
    try {
      const rows =
        side === "query"
          ? (await encoder.encodeQuery(text)).rows
          : await encoder.encodePassage(text);
      return Array.from({ length: rows.rowCount }, (_, row) => {
        const [id = 0, attention = 0] = rows.values.subarray(row * rows.dim);
        // Rows are unit: of a token that is not attended to only the id is left.
        return attention === 0 ? [NaN, 0] : [Math.round(id / attention), 1];
      });
    } finally {
      await encoder.close();
    }
  }
  const attended = (ids: readonly number[]): [number, number][] => ids.map((id) => [id, 1]);
  const late = ({ manifest }: AddedModel): LateInteractionManifest =>
    manifest as LateInteractionManifest;

  it("reads ColBERT's markers, expansion without attention, skip list and width", async () => {
    const colbert = {
      query_maxlen: 20,
      doc_maxlen: 180,
      dim: 128,
      mask_punctuation: true,
      query_token_id: "[unused0]",
      doc_token_id: "[unused1]",
      attend_to_mask_tokens: false,
    };
    const model = await add({ graph: { dim: 128 }, files: { "artifact.metadata": colbert } });
    assert.equal(model.family, "colbert");
    assert.equal(late(model).dim, 128);
    assert.equal(late(model).passage.maxTokens, 180);
    const query = await seen(model, "query", "cat, cat");
    assert.deepEqual(query.slice(0, 6), attended([cls, unused0, cat, comma, cat, sep]));
    assert.deepEqual(query.slice(6), new Array(14).fill([NaN, 0]));
    const passage = await seen(model, "passage", "cat, cat!");
    assert.deepEqual(passage, attended([cls, unused1, cat, cat, sep]));
  });

  it("reads PyLate's prefixes, lengths, attended expansion and skipped words", async () => {
    const pylate = {
      query_prefix: "[Q] ",
      document_prefix: "[D] ",
      query_length: 16,
      document_length: 40,
      attend_to_expansion_tokens: true,
      do_query_expansion: true,
      skiplist_words: [","],
    };
    const [queryMark, passageMark] = [30522, 30523];
    const model = await add({
      graph: { dim: 48 },
      tokenizer: bertTokenizer(["[Q] ", "[D] "]),
      files: { "config_sentence_transformers.json": pylate },
    });
    assert.equal(model.family, "pylate");
    const { dim, query, passage } = late(model);
    assert.deepEqual([dim, query.maxTokens, passage.maxTokens], [48, 16, 40]);
    const masks = new Array<number>(12).fill(mask);
    assert.deepEqual(
      await seen(model, "query", "cat"),
      attended([cls, queryMark, cat, sep, ...masks]),
    );
    assert.deepEqual(
      await seen(model, "passage", "cat, cat!"),
      attended([cls, passageMark, cat, cat, 999, sep]),
    );
  });

  it("reads the settings of PyLate's export, which may switch expansion off", async () => {
    const settings = { query_prefix: "", query_length: 24, document_length: 60 };
    const files = {
      "config_sentence_transformers.json": { ...settings, do_query_expansion: true },
      "onnx_config.json": { ...settings, do_query_expansion: false, skiplist_words: [] },
    };
    const model = await add({ graph: { dim: 96 }, graphFile: "model_int8.onnx", files });
    assert.equal(late(model).dim, 96);
    assert.deepEqual(await seen(model, "query", "cat"), attended([cls, cat, sep]));
    assert.deepEqual(await seen(model, "passage", "cat,"), attended([cls, cat, comma, sep]));
  });

  it("takes an export of a plain encoder as the embedded model is taken", async () => {
    const model = await add({
      graphFile: "onnx/model.onnx",
      files: {
        "config.json": { architectures: ["BertModel"], max_position_embeddings: 512 },
        "README.md": "---\nlanguage: en\nlicense: apache-2.0\n---\n# A model\n",
        LICENSE: "Do what you like.",
      },
    });
    const { query, passage, rowsAreUnit, license, positionLimit, source } = late(model);
    assert.deepEqual([query.maxTokens, passage.maxTokens, passage.overlapTokens], [64, 320, 64]);
    assert.deepEqual(
      [rowsAreUnit, license, positionLimit, source],
      [false, "apache-2.0", 512, "elsewhere"],
    );
    assert.equal(passage.skipTokenIds.length, 32);
    assert.ok(existsSync(join(model.folder, "LICENSE")));
    assert.deepEqual(await seen(model, "query", "cat!"), attended([cls, cat, 999, sep]));
    assert.deepEqual(await seen(model, "passage", "cat!"), attended([cls, cat, sep]));
  });

  it("reads byte-level vocabularies, markers among their added tokens", async () => {
    const tokenizer = byteLevelTokenizerFile();
    const pylate = { query_prefix: "[Q] ", query_length: 16, document_length: 32 };
    const model = await add({ tokenizer, files: { "config_sentence_transformers.json": pylate } });
    const ids = new Map(
      (tokenizer["added_tokens"] as { content: string; id: number }[]).map(({ content, id }) => [
        content,
        id,
      ]),
    );
    const query = await seen(model, "query", "the word");
    assert.deepEqual(
      query.slice(0, 2).map(([id]) => id),
      [ids.get("[CLS]"), ids.get("[Q] ")],
    );
    assert.equal(query.length, 16);
    assert.ok(query.slice(5).every(([, attention]) => attention === 0));
    const { vocab } = tokenizer["model"] as { vocab: Record<string, number> };
    assert.deepEqual(
      query.slice(2, 5).map(([id]) => id),
      [vocab["the"], vocab["Ġword"], ids.get("[SEP]")],
    );
  });

  it("counts positions as RoBERTa does, and cuts lengths to them", async () => {
    const config = { model_type: "xlm-roberta", max_position_embeddings: 130, pad_token_id: 1 };
    const model = await add({ files: { "config.json": config } });
    assert.equal(late(model).positionLimit, 128);
    assert.equal(late(model).passage.maxTokens, 128);
    rmSync(model.folder, { recursive: true });
    const limited = { "tokenizer_config.json": { model_max_length: 64 } };
    assert.equal(late(await add({ files: limited })).positionLimit, 64);
  });

  it("takes no length of a text that PyLate left in the tokenizer's settings for the model's", async () => {
    const files = {
      "config.json": { max_position_embeddings: 512 },
      "tokenizer_config.json": { model_max_length: 31 },
      "config_sentence_transformers.json": { model_type: "ColBERT", document_length: 300 },
    };
    const { passage, query, positionLimit } = late(await add({ files }));
    assert.deepEqual([positionLimit, passage.maxTokens, query.maxTokens], [512, 300, 32]);
  });

  it("lower-cases texts where a checkpoint says so outside its tokenizer", async () => {
    const settings = { "sentence_bert_config.json": { do_lower_case: true } };
    const model = await add({ tokenizer: byteLevelTokenizerFile(), files: settings });
    const ids = await seen(model, "query", "THE WORD");
    assert.deepEqual(ids, await seen(model, "query", "the word"));
    rmSync(model.folder, { recursive: true });
    const cased = await add({ tokenizer: byteLevelTokenizerFile() });
    assert.notDeepEqual(await seen(cased, "query", "THE WORD"), ids);
  });

  it("sees that rows are unit already", async () => {
    const model = await add({ graph: { output: "table", extra: 30522 } });
    assert.equal(late(model).rowsAreUnit, true);
  });

  it("takes a classifier of one logit as a cross-encoder, by its name or by its output", async () => {
    const graph = { output: "overlap", outputName: "logits", dim: 1, extra: 0.25 } as const;
    const config = {
      architectures: ["BertForSequenceClassification"],
      max_position_embeddings: 96,
    };
    for (const files of [{ "config.json": config }, {}]) {
      const model = await add({ graph, files });
      const { kind, pair } = model.manifest as CrossEncoderManifest;
      assert.equal(kind, "cross-encoder");
      const maxTokens = "config.json" in files ? 96 : 512;
      assert.deepEqual(
        [pair.maxTokens, pair.queryMaxTokens],
        [maxTokens, Math.min(64, maxTokens / 2)],
      );
      const encoder = await createCrossEncoder(model);
      const cancel = new SharedArrayBuffer(4);
      const asked = { pooling: "best", cancel } as const;
      const relevance = await encoder.relevance("cat", "cat", asked);
      assert.ok(relevance > (await encoder.relevance("cat", "dog", asked)));
      await encoder.close();
      rmSync(model.folder, { recursive: true });
    }
  });

  it("lets options say what the files do not", async () => {
    const overrides = { queryPrefix: "[unused1]", queryTokens: 20, expandToTokens: 18 };
    const model = await add({}, { overrides, license: "MIT" });
    assert.equal(late(model).license, "MIT");
    const query = await seen(model, "query", "cat");
    assert.deepEqual(query.slice(0, 4), attended([cls, unused1, cat, sep]));
    assert.equal(query.length, 18);
  });

  const faults: readonly [what: string, Checkpoint, RegExp, Partial<AddModelOptions>?][] = [
    ["no graph", { graphFile: "weights.bin" }, /has no ONNX graph/],
    [
      "several graphs",
      { graphFile: "a.onnx", files: { "onnx/b.onnx": "x" } },
      /several ONNX graphs, a.onnx, onnx\/b.onnx; name one with --file/,
    ],
    ["a graph that is not there", {}, /gone.onnx does not exist/, { graphFile: "gone.onnx" }],
    [
      "a graph that is none",
      { files: { "model.onnx": "not a graph" } },
      /model.onnx cannot be loaded/,
    ],
    [
      "a tokenizer that is none",
      { files: { "tokenizer.json": "{}" } },
      /tokenizer.json is not a tokenizer/,
    ],
    [
      "embeddings for fewer tokens than the vocabulary has",
      { graph: { output: "table", extra: 30_000 } },
      /cannot be run: .*(out of|bounds)/s,
    ],
    [
      "another width than its metadata says",
      { graph: { dim: 96 }, files: { "artifact.metadata": { dim: 128 } } },
      /has vectors of dim 96, but artifact.metadata declares 128; put model.safetensors with linear.weight beside it/,
    ],
    ["a width that is no multiple of 16", { graph: { dim: 40 } }, /dim: .*multiple of 16/],
    [
      "rows where one logit is wanted",
      {},
      /no float32 output with one logit per pair: last_hidden_state/,
      { kind: "cross-encoder" },
    ],
    [
      "a logit where rows are wanted",
      { graph: { output: "logit", outputName: "logits" } },
      /no float32 output with one vector per token: logits \[1, 1\]/,
      { kind: "late-interaction" },
    ],
    ["NaN", { graph: { extra: NaN } }, /cannot be run: .*NaN or infinity/],
    ["settings that are no JSON", { files: { "config.json": "{" } }, /config.json is not JSON/],
    [
      "settings of a wrong kind",
      { files: { "artifact.metadata": { query_maxlen: "many" } } },
      /artifact.metadata: query_maxlen/,
    ],
    [
      "a marker that leaves no room",
      {},
      /query.prefix: .* leave no room/,
      { overrides: { queryPrefix: "cat ".repeat(30), queryTokens: 16 } },
    ],
  ];
  for (const [what, checkpoint, message, options] of faults)
    it(`refuses ${what}, and leaves nothing`, async () => {
      await assert.rejects(add(checkpoint, options), hasReason("MODEL_INVALID", message));
      assert.deepEqual(existsSync(models()) ? readdirSync(models()) : [], []);
    });

  it("refuses a name that is taken, and takes it over from an attempt that was killed", async () => {
    await add({});
    await assert.rejects(add({}), hasReason("MODEL_INVALID", /already exists; remove it first/));
    rmSync(join(models(), "added"), { recursive: true });
    writeCheckpoint(join(models(), ".adding-added"), {});
    writeFileSync(join(models(), ".adding-added", "manifest.json"), "{");
    await add({});
    assert.deepEqual(readdirSync(models()), ["added"]);
  });
});
