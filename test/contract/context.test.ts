// A context in the final update: by the collection's own tokens, over gRPC, HTTP and in the terminal.

import assert from "node:assert/strict";
import { join } from "node:path";

import { createTokenizer } from "../../src/encoders/tokenizer.js";
import { embeddedModelFolder, writeTinyCrossEncoder } from "../support/model-folders.js";
import { runProgram } from "../support/program.js";
import { endServersAfterEach, startServerProcess } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { symlink } from "node:fs/promises";

const sentence = "A sluice box separates gold from gravel with running water. ";
const other = "Bread is baked from flour, water and salt in a hot oven. ";
const documents = [
  { key: "long", title: "Gold", text: sentence.repeat(40) + other.repeat(40), fields: new Map() },
  { key: "short", title: "Weirs", text: "A weir raises a river.", fields: new Map() },
  { key: "bread", title: "Bread", text: other, fields: new Map() },
];

describe("a context", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  async function start(): Promise<ServerProcess> {
    const models = join(folder(), "models");
    await writeTinyCrossEncoder(join(models, "overlap"));
    await symlink(embeddedModelFolder, join(models, "bge-small-en-v1.5-late"));
    const server = await startServerProcess({
      data: join(folder(), "data"),
      flags: ["--models-folder", models],
    });
    await server.client.collections.create({ name: "notes" });
    await server.client.ingest("notes", documents);
    return server;
  }

  it("comes with the final update: within the budget, nothing twice, documents' other passages too", async () => {
    const { client } = await start();
    const tokenizer = createTokenizer(join(embeddedModelFolder, "tokenizer.json"));
    for (const tokenBudget of [5, 100, 400, 2000]) {
      const asked = { collection: "notes", text: "how is gold found", context: { tokenBudget } };
      const updates = [];
      for await (const update of client.search(asked)) updates.push(update);
      const final = updates.pop()!;
      assert.ok(updates.every(({ context }) => context === undefined));
      const { passages, tokenCount } = final.context!;
      assert.ok(tokenCount > 0 && tokenCount <= tokenBudget);
      for (const { key, span, text, tokenCount: count } of passages) {
        const document = documents.find((one) => one.key === key)!;
        assert.equal(text, document.text.slice(span.start, span.end));
        assert.equal(count, tokenizer.countTokens(text));
      }
      assert.equal(passages[0]!.key, final.hits[0]!.key);
      // The whole document is more than one passage, and one piece of the context.
      if (tokenBudget === 2000)
        assert.deepEqual(passages[0]!.span, { start: 0, end: documents[0]!.text.length });
    }
  });

  it("goes with a cross-encoder, another tokenizer, and over HTTP", async () => {
    const { client, url } = await start();
    const final = await client.searchFinal({
      collection: "notes",
      text: "bread from flour",
      rerank: { model: "overlap" },
      context: { tokenBudget: 50, order: "edges_first", tokenizer: "overlap" },
    });
    assert.equal(final.certificate, "reranked");
    assert.ok(final.context!.tokenCount <= 50);
    const response = await fetch(`${url}/v1/search`, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify({
        collection: "notes",
        query: "bread from flour",
        rerank: { model: "overlap" },
        context: { token_budget: 50, order: "edges_first", tokenizer: "overlap" },
      }),
    });
    const { context } = (await response.json()) as { context: { token_count: number } };
    assert.equal(context.token_count, final.context!.tokenCount);
    const unknown = { tokenBudget: 5, tokenizer: "none-such" };
    await assert.rejects(
      client.searchFinal({ collection: "notes", text: "bread", context: unknown }),
      { reason: "MODEL_NOT_FOUND" },
    );
    await assert.rejects(
      client.searchFinal({ collection: "notes", text: "bread", context: { tokenBudget: 0 } }),
      { reason: "INVALID_FIELD" },
    );
  });

  it("is printed with its sources", async () => {
    const { address } = await start();
    const connection = ["--server", address];
    const printed = await runProgram([
      ...["search", "notes", "bread from flour", "--context", "40", "--edges-first", ...connection],
    ]);
    assert.match(printed, /context of \d+ tokens/);
    assert.match(printed, /\[1\] Bread is baked from flour/);
    assert.match(printed, /sources\n {2}\[1\] Bread \[bread\], characters 0 to \d+/);
  });
});
