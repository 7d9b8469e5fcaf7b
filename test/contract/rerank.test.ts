// Rerank against a real server: by texts, by rows, in pairs; over gRPC, HTTP and other services' clients.

import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";

import { CohereClient, CohereClientV2 } from "cohere-ai";
import fc from "fast-check";
import { VoyageAIClient } from "voyageai";

import { createPrng } from "../../src/core/prng.js";
import type { PrecomputedVectors } from "../../src/core/document.js";
import { createLateInteractionEncoder } from "../../src/encoders/late-interaction-encoder.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { runProgram } from "../support/program.js";
import { endServersAfterEach, startServerProcess } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { embeddedModelFolder, writeTinyCrossEncoder } from "../support/model-folders.js";
import { writeFile } from "node:fs/promises";

const query = "How do rivers carve valleys?";
const documents = [
  "The recipe asks for two eggs and a little flour.",
  "Running water wears away rock, and over ages a stream cuts a valley.",
  "Valleys were named after the families that farmed them.",
];

describe("Rerank", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  async function start(): Promise<ServerProcess> {
    const models = join(folder(), "models");
    await writeTinyCrossEncoder(join(models, "overlap"));
    await symlink(embeddedModelFolder, join(models, "bge-small-en-v1.5-late"));
    return startServerProcess({
      data: join(folder(), "data"),
      flags: ["--models-folder", models],
    });
  }

  it("ranks texts by the model's rows, as one would by hand", async () => {
    const { client } = await start();
    const encoder = await createLateInteractionEncoder(await openModelFolder(embeddedModelFolder));
    const { kernels } = loadKernels("reference");
    const { rows } = await encoder.encodeQuery(query);
    const want = [];
    for (const [index, text] of documents.entries()) {
      const passage = await encoder.encodePassage(text);
      const score = new Float32Array(1);
      const offsets = Uint32Array.of(0, passage.rowCount);
      kernels.maxSimFloat(rows.values, passage.values, rows.dim, offsets, Uint32Array.of(0), score);
      want.push({ index, key: `k${index}`, score: score[0]! / rows.rowCount });
    }
    await encoder.close();
    want.sort((a, b) => b.score - a.score);
    assert.equal(want[0]!.index, 1);
    const items = documents.map((text, i) => ({ key: `k${i}`, text }));
    const updates = [];
    for await (const update of client.rerank({ text: query, items })) updates.push(update);
    const final = updates.at(-1)!;
    assert.deepEqual(
      final.hits,
      want.map((hit, i) => ({ ...hit, rank: i + 1 })),
    );
    assert.equal(final.scoredCount, documents.length);
    assert.deepEqual(
      updates.map(({ sequence, final: isFinal }) => [sequence, isFinal]),
      updates.map((_, i) => [i + 1, i === updates.length - 1]),
    );
    // Rows and texts go together; the rows of the texts themselves give the same again.
    const top = await client.rerankFinal({ text: query, items, topN: 1 });
    assert.deepEqual(top.hits, final.hits.slice(0, 1));
    const none = await client.rerankFinal({ text: query, items, minScore: 2 });
    assert.deepEqual(none.hits, []);
  });

  it("ranks rows without a model, equal scores in the order given", async () => {
    const { client } = await start();
    const dim = 16;
    const { kernels } = loadKernels("reference");
    const rows = fc.tuple(fc.nat(2 ** 31), fc.integer({ min: 1, max: 9 }));
    await fc.assert(
      fc.asyncProperty(rows, fc.array(rows, { minLength: 1, maxLength: 12 }), async (one, many) => {
        const [asked, ...items] = [one, ...many].map(([seed, count]) => unitRows(seed, count, dim));
        const final = await client.rerankFinal({
          vectors: given(asked!, dim),
          items: items.map((values) => ({ vectors: given(values, dim) })),
        });
        const want = items.map((values, index) => {
          const score = new Float32Array(1);
          const offsets = Uint32Array.of(0, values.length / dim);
          kernels.maxSimFloat(asked!, values, dim, offsets, Uint32Array.of(0), score);
          return { index, score: score[0]! / (asked!.length / dim) };
        });
        want.sort((a, b) => b.score - a.score || a.index - b.index);
        assert.deepEqual(
          final.hits.map(({ index, score }) => ({ index, score })),
          want,
        );
      }),
      { numRuns: 30 },
    );
  });

  it("reads pairs with a cross-encoder, long texts in windows", async () => {
    const { client } = await start();
    const filler = new Array(200).fill("mud").join(" ");
    const items = [{ text: `rivers ${filler}` }, { text: `${filler} rivers carve` }];
    const asked = { text: query, items, model: "overlap" };
    const best = await client.rerankFinal(asked);
    const mean = await client.rerankFinal({ ...asked, windowPooling: "mean" });
    assert.deepEqual(
      best.hits.map(({ index }) => index),
      [1, 0],
    );
    for (const { index, score } of best.hits) {
      assert.ok(score > 0 && score < 1);
      assert.ok(mean.hits.find((hit) => hit.index === index)!.score < score);
    }
  });

  it("refuses what it cannot rank, naming the field", async () => {
    const { client } = await start();
    const vectors = given(unitRows(1, 2, 16), 16);
    const other = given(unitRows(1, 2, 32), 32);
    const wrong = [
      [{ text: query, items: [] }, "INVALID_FIELD"],
      [{ text: "", items: [{ text: "a" }] }, "INVALID_FIELD"],
      [{ text: query, items: [{ text: " " }] }, "INVALID_FIELD"],
      [{ text: query, items: [{ text: "a" }], topN: 0 }, "INVALID_FIELD"],
      [{ text: query, items: [{ text: "a" }], model: "none-such" }, "MODEL_NOT_FOUND"],
      [{ text: query, items: [{ vectors }] }, "VECTORS_OF_OTHER_MODEL"],
      [{ vectors, items: [{ vectors: other }] }, "VECTORS_OF_OTHER_MODEL"],
      [{ vectors, items: [{ vectors }, { text: "a" }], model: "overlap" }, "INVALID_FIELD"],
    ] as const;
    for (const [request, reason] of wrong)
      await assert.rejects(client.rerankFinal(request), { reason }, JSON.stringify(request));
  });

  it("ends with what it has when the budget is spent", async () => {
    const { client } = await start();
    const items = Array.from({ length: 200 }, (_, i) => ({ text: `${documents[1]} ${i}` }));
    const final = await client.rerankFinal({ text: query, items, budgetMs: 150 });
    assert.equal(final.degradations[0]?.reason, "BUDGET_EXHAUSTED");
    assert.equal(final.hits.length, final.scoredCount);
    assert.ok(final.scoredCount < items.length);
  });

  it("answers the clients of other services", async () => {
    const { url } = await start();
    const options = { baseUrl: url, token: "unused" };
    const asked = { query, documents, model: "bge-small-en-v1.5-late" };
    const voyage = await new VoyageAIClient({ apiKey: "unused", baseUrl: `${url}/v1` }).rerank({
      ...asked,
      topK: 2,
      returnDocuments: true,
    });
    assert.deepEqual(
      voyage.data?.map(({ index, document }) => [index, document]),
      [1, 2].map((index) => [index, documents[index]]),
    );
    const second = await new CohereClientV2(options).rerank({ ...asked, topN: 2 });
    assert.deepEqual(
      second.results.map(({ index }) => index),
      [1, 2],
    );
    const first = await new CohereClient(options).rerank({
      ...asked,
      documents: documents.map((text) => ({ text })),
      returnDocuments: true,
    });
    assert.equal(first.results[0]?.document?.text, documents[1]);
    assert.ok(first.results[0]!.relevanceScore > 0 && first.results[0]!.relevanceScore <= 1);
    await assert.rejects(
      new CohereClientV2(options).rerank({ ...asked, model: "none-such" }),
      (error: { statusCode?: number; body?: { message?: string } }) =>
        error.statusCode === 404 && /none-such.*overlap/.test(error.body?.message ?? ""),
    );
  });

  it("answers Jina's shape, and says what is wrong with a body", async () => {
    const { url } = await start();
    const post = async (body: unknown): Promise<{ status: number; json: unknown }> => {
      const response = await fetch(`${url}/v1/rerank`, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "content-type": "application/json", authorization: "Bearer unused" },
      });
      return { status: response.status, json: await response.json() };
    };
    const good = await post({ model: "overlap", query: { text: query }, documents, top_n: 1 });
    assert.equal(good.status, 200);
    const { results, usage } = good.json as { results: object[]; usage: object };
    assert.deepEqual(Object.keys(results[0]!), ["index", "relevance_score"]);
    assert.deepEqual(usage, { total_tokens: 0 });
    for (const [body, detail] of [
      ["{", /not JSON/],
      [{ query, documents: [] }, /documents/],
      [{ documents }, /query/],
      [{ query, documents: [{ title: "a" }] }, /documents\.0 has no text/],
      [{ query, documents, top_n: 0 }, /top_n/],
    ] as const) {
      const { status, json } = await post(body);
      assert.equal(status, 400);
      assert.match((json as { detail: string }).detail, detail);
    }
  });

  it("answers TEI's and vLLM's shapes, thresholds, and tells that an instruction is ignored", async () => {
    const { url } = await start();
    const post = async (path: string, body: object): Promise<unknown> => {
      const response = await fetch(`${url}${path}`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
      const json: unknown = await response.json();
      assert.equal(response.status, 200, JSON.stringify(json));
      return json;
    };
    const tei = (await post("/rerank", { query, texts: documents, return_text: true })) as {
      readonly index: number;
      readonly text: string;
    }[];
    assert.equal(tei.length, documents.length);
    assert.ok(tei.every(({ index, text }) => text === documents[index]));
    const asked = { model: "overlap", query, documents, instruction: "Find the cause." };
    const all = (await post("/v2/rerank", asked)) as {
      readonly results: readonly { readonly relevance_score: number }[];
      readonly meta: { readonly warnings: readonly string[] };
    };
    assert.match(all.meta.warnings[0] ?? "", /instruction is ignored/);
    const best = all.results[0]!.relevance_score;
    const few = (await post("/rerank", { ...asked, min_score: best })) as typeof all;
    assert.equal(few.results.length, 1);
    const scores = (await post("/v1/score", {
      model: "overlap",
      text_1: query,
      text_2: documents,
    })) as { readonly data: readonly { readonly index: number; readonly score: number }[] };
    assert.deepEqual(
      scores.data.map(({ index }) => index),
      documents.map((_, i) => i),
    );
    assert.equal(Math.max(...scores.data.map(({ score }) => score)), best);
  });

  it("ranks the lines of a file from the command line", async () => {
    const { address } = await start();
    const file = join(folder(), "lines.txt");
    await writeFile(file, documents.join("\n"));
    const printed = await runProgram(["rerank", file, query, "-n", "1", "--server", address]);
    assert.match(printed, /^ {3}1 {2}0\.\d{3} {2}Running water/);
  });
});

function unitRows(seed: number, count: number, dim: number): Float32Array {
  const prng = createPrng(seed);
  const values = Float32Array.from({ length: count * dim }, () => prng.nextFloat() - 0.5);
  const { kernels } = loadKernels("reference");
  kernels.unitRows(values, dim, 0, values, new Float64Array(dim));
  return values;
}

function given(values: Float32Array, dim: number): PrecomputedVectors {
  return { type: "float32", dim, bytes: new Uint8Array(values.buffer) };
}
