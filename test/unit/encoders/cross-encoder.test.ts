// A cross-encoder: pairs as the template makes them, windows of long texts, cancel.

import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { createCancelFlag } from "../../../src/core/cancel-flag.js";
import { createCrossEncoder, pairWindows } from "../../../src/encoders/cross-encoder.js";
import type { CrossEncoder } from "../../../src/encoders/cross-encoder.js";
import { openModelFolder } from "../../../src/encoders/model-folder.js";
import { createTokenizer } from "../../../src/encoders/tokenizer.js";
import { embeddedModelFolder, writeTinyCrossEncoder } from "../../support/model-folders.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

const never = new SharedArrayBuffer(4);
const best = { pooling: "best", cancel: never } as const;
const mean = { pooling: "mean", cancel: never } as const;
const logistic = (logit: number): number => 1 / (1 + Math.exp(-logit));

describe("a cross-encoder", () => {
  it("reads the pair with the template's specials and types", async () => {
    const tokenizer = createTokenizer(join(embeddedModelFolder, "tokenizer.json"));
    const [query, text] = ["cold rivers", "a river"].map((words) => tokenizer.textIds(words, 99));
    assert.ok(query !== undefined && text !== undefined);
    const { ids, typeIds } = tokenizer.encodePair(query, text);
    assert.deepEqual(Array.from(ids), [101, ...query, 102, ...text, 102]);
    assert.deepEqual(Array.from(typeIds), [0, 0, 0, 0, 1, 1, 1]);
    assert.equal(tokenizer.pairSpecialCount, 3);
    await withEncoder(async (encoder) => {
      // Two equal words, and the separators: the query's has a twin behind the text.
      const relevance = await encoder.relevance("cold rivers", "rivers are cold", best);
      assert.ok(Math.abs(relevance - logistic(0.25 * 3)) < 1e-6);
    });
  });

  it("reads a long text in windows, of which the best or the mean counts", async () => {
    await withEncoder(async (encoder) => {
      const filler = new Array(300).fill("mud").join(" ");
      const text = `${filler} cold rivers ${filler}`;
      const known = logistic(0.25 * 3);
      assert.ok(Math.abs((await encoder.relevance("cold rivers", text, best)) - known) < 1e-6);
      const average = await encoder.relevance("cold rivers", text, mean);
      assert.ok(average < known && average > logistic(0.25));
    });
  });

  it("takes an empty text, and ends at a window when it is cancelled", async () => {
    await withEncoder(async (encoder) => {
      const relevance = await encoder.relevance("cold", "", best);
      assert.ok(Math.abs(relevance - logistic(0.25)) < 1e-6);
      const flag = createCancelFlag(new AbortController().signal);
      flag.raise();
      const cancelled = encoder.relevance("cold", "a", { pooling: "best", cancel: flag.shared });
      await assert.rejects(cancelled, { reason: "CANCELLED" });
    });
  });

  it("refuses a model that leaves no room for a text, and one that gives rows", async () => {
    await withTemporaryFolder(async (folder) => {
      const pair = { maxTokens: 32, queryMaxTokens: 24, overlapTokens: 8 };
      await writeTinyCrossEncoder(join(folder, "a"), { pair: { ...pair, queryMaxTokens: 29 } });
      await assert.rejects(openModelFolder(join(folder, "a")).then(createCrossEncoder), {
        reason: "MODEL_INVALID",
      });
      const rows = await openModelFolder(embeddedModelFolder);
      await assert.rejects(createCrossEncoder(rows), /a cross-encoder is needed/);
    });
  });
});

describe("pairWindows", () => {
  it("cover the text in order, with as much overlap as asked for", () => {
    const sizes = fc
      .tuple(fc.integer({ min: 2, max: 50 }), fc.nat(400), fc.nat(24))
      .map(([room, count, overlap]) => ({ room, count, overlap: Math.min(overlap, room >> 1) }));
    fc.assert(
      fc.property(sizes, ({ room, count, overlap }) => {
        const ids = Array.from({ length: count }, (_, i) => i);
        const windows = [...pairWindows(ids, { room, overlap })];
        assert.deepEqual([...new Set(windows.flat())], ids);
        for (const [i, window] of windows.entries()) {
          assert.ok(window.length <= room);
          const before = windows[i - 1];
          if (before === undefined) continue;
          const shared = window.filter((id) => before.includes(id)).length;
          assert.ok(shared >= overlap, `window ${i} shares ${shared}`);
        }
      }),
    );
  });
});

async function withEncoder(use: (encoder: CrossEncoder) => Promise<void>): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    await writeTinyCrossEncoder(join(folder, "overlap"));
    const encoder = await createCrossEncoder(await openModelFolder(join(folder, "overlap")));
    try {
      await use(encoder);
    } finally {
      await encoder.close();
    }
  });
}
