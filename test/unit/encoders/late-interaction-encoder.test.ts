import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { LateInteractionEncoder } from "../../../src/encoders/late-interaction-encoder.js";
import { createLateInteractionEncoder } from "../../../src/encoders/late-interaction-encoder.js";
import { openModelFolder } from "../../../src/encoders/model-folder.js";
import { hostileText } from "../../support/hostile-text.js";
import { embeddedModelFolder, tinyGraph, writeTinyModel } from "../../support/model-folders.js";
import type { TinyGraph } from "../../support/tiny-onnx.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

async function withTinyEncoder(
  edit: Readonly<Record<string, unknown>>,
  use: (encoder: LateInteractionEncoder) => Promise<void>,
  graph: TinyGraph = tinyGraph,
): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    await writeTinyModel(folder, graph, edit);
    const encoder = await createLateInteractionEncoder(await openModelFolder(folder));
    try {
      await use(encoder);
    } finally {
      await encoder.close();
    }
  });
}

/** The ids and attention that a tiny model was given: its row is (id, attention), made unit. */
function seen(values: Float32Array): [id: number, attention: number][] {
  return Array.from({ length: values.length / 16 }, (_, row) => {
    const [id = 0, attention = 0] = values.subarray(row * 16);
    return attention === 0 ? [Math.round(id), 0] : [Math.round(id / attention), 1];
  });
}

describe("LateInteractionEncoder with the embedded model", () => {
  let encoder: LateInteractionEncoder;

  before(async () => {
    encoder = await createLateInteractionEncoder(await openModelFolder(embeddedModelFolder));
  });
  after(() => encoder.close());

  it("reads a query of 512 tokens, cuts a longer one and says so", async () => {
    const fits = await encoder.encodeQuery("cat ".repeat(510));
    assert.deepEqual([fits.rows.rowCount, fits.tokenCount, fits.isCut], [512, 512, false]);
    const cut = await encoder.encodeQuery("cat ".repeat(511));
    assert.deepEqual([cut.rows.rowCount, cut.tokenCount, cut.isCut], [512, 512, true]);
    assert.deepEqual(cut.rows.values, fits.rows.values);
  });

  it("cuts a query at the rows that it may have", async () => {
    const { rows, isCut } = await encoder.encodeQuery("cat ".repeat(40), 32);
    assert.deepEqual([rows.rowCount, isCut], [32, true]);
    assert.equal(encoder.traceQuery("cat ".repeat(40), 32).length, 32);
  });

  it("cuts a passage at 320 tokens", async () => {
    const passage = await encoder.encodePassage("cat ".repeat(1000));
    assert.deepEqual([passage.rowCount, passage.dim], [320, 384]);
  });

  it("encodes an empty text as its special tokens", async () => {
    assert.equal((await encoder.encodeQuery("")).rows.rowCount, 2);
    assert.equal((await encoder.encodePassage("")).rowCount, 2);
  });

  it("gives the same rows whatever was encoded before or beside", async () => {
    const text = "Rows do not depend on their neighbours.";
    const alone = await encoder.encodePassage(text);
    const beside = await Promise.all([
      encoder.encodePassage("Another text, which is longer than the one that is looked at."),
      encoder.encodePassage(text),
      encoder.encodeQuery("x"),
    ]);
    assert.deepEqual(beside[1].values, alone.values);
  });

  it("gives unit rows for any text, as many as it traces", async () => {
    await fc.assert(
      fc.asyncProperty(hostileText(20), async (text) => {
        const { rows } = await encoder.encodeQuery(text);
        const passage = await encoder.encodePassage(text);
        assert.equal(rows.rowCount, encoder.traceQuery(text).length);
        assert.equal(passage.rowCount, encoder.tracePassage(text).length);
        for (const matrix of [rows, passage]) {
          for (let row = 0; row < matrix.rowCount; row += 1) {
            const values = matrix.values.subarray(row * 384, (row + 1) * 384);
            const square = values.reduce((sum, value) => sum + value * value, 0);
            assert.ok(Math.abs(square - 1) < 1e-3);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it("splits documents into passages that it encodes without loss", async () => {
    const document = { title: "Cats", text: "The cat sat on the mat. ".repeat(200) };
    const passages = encoder.splitPassages(document);
    assert.ok(passages.length > 3);
    const lastWords = passages.map((passage) => encoder.tracePassage(passage.text).at(-2)?.token);
    assert.deepEqual(new Set(lastWords), new Set(["mat"]));
    assert.ok((await encoder.encodePassage(passages[0]!.text)).rowCount > 200);
  });
});

describe("LateInteractionEncoder with made-up models", () => {
  const query = { maxTokens: 32, prefix: "", expandToTokens: 8 };

  it("fills queries up with mask tokens that the text does not attend to", async () => {
    await withTinyEncoder({ query }, async (encoder) => {
      const { rows, tokenCount } = await encoder.encodeQuery("hello");
      assert.equal(tokenCount, 3);
      assert.deepEqual(
        seen(rows.values).map(([, attention]) => attention),
        [1, 1, 1, 0, 0, 0, 0, 0],
      );
      assert.deepEqual(
        encoder.traceQuery("hello").map((token) => token.token),
        ["[CLS]", "hello", "[SEP]", ...new Array<string>(5).fill("[MASK]")],
      );
    });
  });

  it("lets the text attend to mask tokens where the model wants it", async () => {
    await withTinyEncoder({ query: { ...query, attendToExpansion: true } }, async (encoder) => {
      const { rows } = await encoder.encodeQuery("hello");
      assert.deepEqual(
        seen(rows.values),
        [101, 7592, 102, 103, 103, 103, 103, 103].map((id) => [id, 1]),
      );
    });
  });

  it("does not expand a query that is long enough", async () => {
    await withTinyEncoder({ query }, async (encoder) => {
      const { rows } = await encoder.encodeQuery("cat ".repeat(20));
      assert.equal(rows.rowCount, 22);
    });
  });

  it("reads a query beyond the model's positions in windows, each token once", async () => {
    const marked = { maxTokens: 32, prefix: "[unused0]", expandToTokens: 32 };
    await withTinyEncoder({ query: marked }, async (encoder) => {
      const words = ["cat", "dog", "river", "sea", "house", "tree", "word"];
      const text = Array.from({ length: 300 }, (_, i) => words[(i * i) % words.length]).join(" ");
      const { rows, tokenCount, isCut } = await encoder.encodeQuery(text);
      assert.deepEqual([tokenCount, isCut], [303, false]);
      const ids = encoder.traceQuery(text).map(({ id }) => id);
      assert.deepEqual(
        seen(rows.values),
        ids.map((id) => [id, 1]),
      );
    });
  });

  it("reads a token of the text behind a prefix that is longer than the rows it may have", async () => {
    const instructed = { maxTokens: 32, prefix: "find what is said of ", expandToTokens: null };
    await withTinyEncoder({ query: instructed }, async (encoder) => {
      const { rows, isCut } = await encoder.encodeQuery("cat dog", 4);
      assert.deepEqual([rows.rowCount, isCut], [8, true]);
      assert.equal(encoder.traceQuery("cat dog", 4).length, 8);
    });
  });

  it("puts markers after [CLS], and counts them", async () => {
    const markers = {
      query: { maxTokens: 16, prefix: "[unused0]", expandToTokens: null },
      passage: {
        maxTokens: 20,
        prefix: "[unused1]",
        overlapTokens: 4,
        skipTokenIds: [1012],
      },
    };
    await withTinyEncoder(markers, async (encoder) => {
      const { rows, tokenCount } = await encoder.encodeQuery("cat");
      assert.deepEqual(
        seen(rows.values).map(([id]) => id),
        [101, 1, 4937, 102],
      );
      assert.equal(tokenCount, 4);
      const passage = await encoder.encodePassage("cat.");
      assert.deepEqual(
        seen(passage.values).map(([id]) => id),
        [101, 2, 4937, 102],
      );
      for (const { text } of encoder.splitPassages({ title: "", text: "cat ".repeat(60) })) {
        const words = text.trim().split(" ").length;
        assert.equal(encoder.tracePassage(text).length, words + 3, "no token is cut off");
      }
      assert.equal((await encoder.encodeQuery("cat ".repeat(13), 16)).isCut, false);
      assert.equal((await encoder.encodeQuery("cat ".repeat(14), 16)).isCut, true);
    });
  });

  it("refuses prefixes that leave no room for a text", async () => {
    const passage = { maxTokens: 16, prefix: "passage: ", overlapTokens: 4, skipTokenIds: [] };
    const creation = withTinyEncoder({ passage }, () => Promise.resolve());
    const message = /passage\.prefix: 2 tokens leave no room/;
    await assert.rejects(creation, { reason: "MODEL_INVALID", message });
    const long = { maxTokens: 16, prefix: "read ".repeat(14), expandToTokens: null };
    const refused = withTinyEncoder({ query: long }, () => Promise.resolve());
    await assert.rejects(refused, { message: /query\.prefix: 14 tokens leave no room/ });
  });

  it("keeps all rows of a passage of which nothing would be left", async () => {
    const passage = {
      maxTokens: 64,
      prefix: "",
      overlapTokens: 16,
      skipTokenIds: [101, 102, 1012],
    };
    await withTinyEncoder({ passage }, async (encoder) => {
      assert.equal((await encoder.encodePassage("...")).rowCount, 5);
      assert.equal((await encoder.encodePassage("cat...")).rowCount, 1);
    });
  });

  it("makes rows unit where the graph does not", async () => {
    await withTinyEncoder({}, async (encoder) => {
      const { rows } = await encoder.encodeQuery("cat");
      const square = rows.values.subarray(0, 16).reduce((sum, value) => sum + value * value, 0);
      assert.ok(Math.abs(square - 1) < 1e-6);
    });
  });

  it("refuses a model of another kind", async () => {
    await withTemporaryFolder(async (folder) => {
      const pair = { maxTokens: 64, queryMaxTokens: 16, overlapTokens: 8 };
      await writeTinyModel(folder, undefined, { kind: "cross-encoder", pair });
      const creation = createLateInteractionEncoder(await openModelFolder(folder));
      const message = /a late-interaction model is needed, not a cross-encoder/;
      await assert.rejects(creation, { reason: "MODEL_INVALID", message });
    });
  });

  it("refuses a model whose dim is not its manifest's", async () => {
    await withTemporaryFolder(async (folder) => {
      await writeTinyModel(folder, tinyGraph, { dim: 32 });
      const creation = createLateInteractionEncoder(await openModelFolder(folder));
      const message = /dim: rows has vectors of dim 16, not 32/;
      await assert.rejects(creation, { reason: "MODEL_INVALID", message });
    });
  });
});
