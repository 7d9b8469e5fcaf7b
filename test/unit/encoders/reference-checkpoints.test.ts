// Checkpoints of Sentence Transformers, PyLate and ColBERT give the rows that those libraries give.
// test/fixtures/checkpoints/make.py has written them, with the libraries' own results.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../../src/core/paths.js";
import { addModel } from "../../../src/encoders/add-model.js";
import type { AddedModel } from "../../../src/encoders/add-model.js";
import { createCrossEncoder } from "../../../src/encoders/cross-encoder.js";
import {
  createLateInteractionEncoder,
  createModelTokenizer,
} from "../../../src/encoders/late-interaction-encoder.js";
import type { LateInteractionManifest } from "../../../src/encoders/model-manifest.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";

const checkpoints = join(repositoryRoot(), "test/fixtures/checkpoints");

interface ExpectedText {
  readonly text: string;
  readonly ids: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

interface ExpectedPair {
  readonly query: string;
  readonly text: string;
  readonly logit: number;
}

/** What make.py has stored: texts of a late-interaction model, or pairs of a cross-encoder. */
interface Expected {
  readonly query: readonly ExpectedText[];
  readonly document: readonly ExpectedText[];
  readonly pairs: readonly ExpectedPair[];
}

function expected(name: string): Expected {
  return JSON.parse(readFileSync(join(checkpoints, name, "expected.json"), "utf8")) as Expected;
}

describe("checkpoints of other libraries", () => {
  const folder = useTemporaryFolder();
  const add = (name: string): Promise<AddedModel> =>
    addModel({
      source: join(checkpoints, name),
      modelsFolder: folder(),
      name,
      origin: "a test",
      overrides: {},
    });

  async function checkRows(name: "multi-vector-encoder" | "pylate" | "colbert"): Promise<void> {
    const model = await add(name);
    assert.equal(model.family, name);
    const manifest = model.manifest as LateInteractionManifest;
    assert.equal(manifest.format, 2);
    const texts = createModelTokenizer(model.folder, manifest);
    const encoder = await createLateInteractionEncoder(model);
    try {
      const sides = expected(name);
      for (const { text, ids, rows } of sides.query) {
        // The reference cuts queries at the model's length.
        const tokenCountMax = manifest.query.maxTokens;
        const traced = texts.traceQuery(text, tokenCountMax).map(({ id }) => id);
        assert.deepEqual(traced, ids, text);
        closeTo((await encoder.encodeQuery(text, tokenCountMax)).rows.values, rows, text);
      }
      for (const { text, ids, rows } of sides.document) {
        assert.deepEqual([...texts.passageIds(text)], ids, text);
        closeTo((await encoder.encodePassage(text)).values, rows, text);
      }
    } finally {
      await encoder.close();
    }
  }

  it("gives the ids and rows of the reference for a MultiVectorEncoder with three dense layers and instructions", () =>
    checkRows("multi-vector-encoder"));

  it("gives the ids and rows of the reference for PyLate's markers, expansion and skipped words", () =>
    checkRows("pylate"));

  it("gives the ids and rows of the reference for ColBERT's linear layer in the checkpoint's weights", () =>
    checkRows("colbert"));

  it("gives the logits of the reference for a cross-encoder whose head is in modules", async () => {
    const model = await add("cross-encoder");
    const encoder = await createCrossEncoder(model);
    try {
      const cancel = new SharedArrayBuffer(4);
      for (const { query, text, logit } of expected("cross-encoder").pairs) {
        const relevance = await encoder.relevance(query, text, { pooling: "best", cancel });
        assert.ok(Math.abs(Math.log(relevance / (1 - relevance)) - logit) < 1e-4, query);
      }
    } finally {
      await encoder.close();
    }
  });
});

function closeTo(values: Float32Array, rows: ExpectedText["rows"], text: string): void {
  assert.equal(values.length, rows.flat().length, text);
  const worst = rows.flat().reduce((most, value, i) => {
    return Math.max(most, Math.abs(value - (values[i] ?? NaN)));
  }, 0);
  assert.ok(worst < 2e-5, `${text}: rows differ by ${worst}`);
}
