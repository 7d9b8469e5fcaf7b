// Several phrasings of one question: one ranking, by the mean of what each phrasing gives.

import type { SearchUpdate } from "../../src/contract/search-update.js";
import assert from "node:assert/strict";

import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll, searchNotes } from "../support/notes.js";
import { runProgram } from "../support/program.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";

const dim = 32;
const documents = seededDocuments({ seed: 907, count: 200, dim });
const queries = seededQueries({ seed: 907, count: 4, dim });
const [first, ...others] = queries;
const k = documents.length;

function scoresOf({ hits }: SearchUpdate): Map<string, number> {
  return new Map(hits.map(({ key, score }) => [key, score]));
}

describe("several phrasings", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  async function open(): Promise<InlineEngine> {
    const engine = await openInlineEngine(folder(), { flushBytes: 8_000 });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    return engine;
  }

  it("rank by the mean of their relevance", async () => {
    const engine = await open();
    const alone = await Promise.all(
      queries.map((query) => finalOf(engine.api, { ...query, k, lexicalWeight: 0 })),
    );
    const fused = await finalOf(engine.api, {
      ...first!,
      otherQueries: others,
      k,
      lexicalWeight: 0,
    });
    assert.equal(fused.certificate, "exact");
    assert.equal(fused.hits.length, documents.length);
    const each = alone.map(scoresOf);
    for (const { key, score } of fused.hits) {
      const mean = each.reduce((sum, scores) => sum + scores.get(key)!, 0) / each.length;
      assert.ok(Math.abs(score - mean) < 1e-5, `${key} has ${score}, not ${mean}`);
    }
    await engine.close();
  });

  it("count the words of all of them", async () => {
    const engine = await open();
    const partsOf = async (text: string[]): Promise<Map<string, number>> => {
      const [asked, ...more] = text.map((one) => ({ text: one }));
      const { hits, stage } = await finalOf(engine.api, { ...asked!, otherQueries: more, k });
      assert.equal(stage, "lexical");
      return new Map(hits.map(({ key, parts }) => [key, parts.bm25 ?? 0]));
    };
    const texts = queries.map(({ text }) => text);
    const alone = await Promise.all(texts.map((text) => partsOf([text])));
    const fused = await partsOf(texts);
    assert.ok(fused.size > 0);
    for (const [key, bm25] of fused) {
      const sum = alone.reduce((total, scores) => total + (scores.get(key) ?? 0), 0);
      assert.ok(Math.abs(bm25 - sum) < 1e-3, `${key} has ${bm25}, not ${sum}`);
    }
    await engine.close();
  });

  it("change nothing when they say the same, and keep the contract", async () => {
    const engine = await open();
    const once = await finalOf(engine.api, { ...first!, k: 20 });
    const updates = await searchNotes(engine.api, {
      ...first!,
      otherQueries: [first!, first!],
      k: 20,
      minUpdateIntervalMs: 0,
    });
    const twice = updates.at(-1)!;
    assert.deepEqual(
      twice.hits.map(({ key }) => key),
      once.hits.map(({ key }) => key),
    );
    await engine.close();
  });

  it("are refused beyond what is allowed, naming which", async () => {
    const engine = await open();
    const refused = async (otherQueries: object[], reason: Parameters<typeof hasReason>) => {
      const asked = { ...first!, otherQueries: otherQueries as { text: string }[] };
      await assert.rejects(searchNotes(engine.api, asked), hasReason(...reason));
    };
    const many = Array.from({ length: 16 }, () => ({ text: "x" }));
    await refused(many, ["INVALID_FIELD", /16 other_queries, the limit is 15/]);
    await refused([{ text: "x" }, { text: " " }], ["INVALID_TEXT", /other_queries\[1\]/]);
    const odd = { text: "", vectors: { ...first!.vectors, dim: 16 } };
    await refused([odd], ["VECTORS_OF_OTHER_MODEL", /other_queries\[0\]|dim/]);
    // One that nothing can encode: only words are compared.
    const { degradations } = await finalOf(engine.api, {
      ...first!,
      otherQueries: [{ text: "x" }],
    });
    assert.deepEqual(
      degradations.map(({ reason }) => reason),
      ["NO_QUERY_VECTORS"],
    );
    await engine.close();
  });

  it("can be asked for by the client, over HTTP and from the command line", async () => {
    const server = await startServerProcess({ data: folder() });
    const { client } = server;
    await client.collections.create({ name: "notes", dim });
    await client.ingest("notes", documents);
    const request = { collection: "notes", ...first!, k: 5 };
    const { hits } = await client.searchFinal({ ...request, otherQueries: others });
    assert.notDeepEqual(hits, (await client.searchFinal(request)).hits);
    const texts = queries.map(({ text }) => text);
    const words = await client.searchFinal({
      collection: "notes",
      text: texts[0],
      k: 5,
      otherQueries: texts.slice(1).map((text) => ({ text })),
    });
    const keys = words.hits.map(({ key }) => key);
    const answer = await fetch(`${server.url}/v1/search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        collection: "notes",
        query: texts[0],
        other_queries: texts.slice(1),
        k: 5,
      }),
    });
    const last = (await answer.text()).trim().split("data: ").at(-1)!.split("\n")[0]!;
    assert.deepEqual(
      (JSON.parse(last) as { hits: { key: string }[] }).hits.map(({ key }) => key),
      keys,
    );
    const also = texts.slice(1).flatMap((text) => ["--also", text]);
    const flags = ["--server", server.address, "--json", "-k", "5"];
    const printed = await runProgram(["search", "notes", texts[0]!, ...also, ...flags]);
    const shown = JSON.parse(printed.trim().split("\n").at(-1)!) as { hits: { key: string }[] };
    assert.deepEqual(
      shown.hits.map(({ key }) => key),
      keys,
    );
    await stopServer(server);
  });
});
