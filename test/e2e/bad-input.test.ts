// What no caller should send: each gets its stable reason, and the server goes on.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { Client, credentials } from "@grpc/grpc-js";
import type { ClientDuplexStream } from "@grpc/grpc-js";

import { SluiceClientError } from "../../src/client/client-error.js";
import { definitions } from "../../src/wire/definitions.js";
import type { ClientIngestError } from "../../src/client/types.js";
import type { Document, PrecomputedVectors } from "../../src/core/document.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import type { IngestResponse__Output } from "../../src/gen/proto/sluice/v1/IngestResponse.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { writeTinyModel } from "../support/model-folders.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const dim = 16;
const documents = seededDocuments({ seed: 71, count: 12, dim });
const [query] = seededQueries({ seed: 71, count: 1, dim });

describe("a server that is sent nonsense", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("refuses it by stable reasons, stays alive and loses nothing", async () => {
    const models = join(folder(), "models");
    mkdirSync(models);
    await writeTinyModel(join(models, "tiny"));
    const flags = ["--models-folder", models, "--default-model", "tiny"];
    const server = await startServerProcess({ data: join(folder(), "data"), flags });
    const { client } = server;
    await client.collections.create({ name: "notes", dim });
    await client.collections.create({ name: "texts" });
    await client.ingest("notes", documents);
    const before = await client.searchFinal({ collection: "notes", ...query! });

    await refusesDocuments(server);
    await refusesRawBytes(server);
    await refusesSearches(server);
    await refusesCalls(server);

    const { documentCount } = await client.collections.describe("notes");
    assert.equal(documentCount, documents.length + 2, "the good neighbors were stored");
    await client.delete("notes", ["good 1", "good 2"]);
    const after = await client.searchFinal({ collection: "notes", ...query! });
    assert.deepEqual(after.hits, before.hits);
    await stopServer(server);
  });
});

interface BadDocument {
  readonly document: Document;
  readonly reason: string;
  readonly field: string;
}

function badDocuments(): BadDocument[] {
  const bad = (reason: string, field: string, change: Partial<Document>): BadDocument => ({
    document: { ...documents[0]!, key: `${reason} ${field} ${keyCount++}`, ...change },
    reason,
    field,
  });
  let keyCount = 0;
  const rows = (values: readonly number[], of = dim): PrecomputedVectors => {
    const bytes = new Uint8Array(Float32Array.from(values).buffer);
    return { type: "float32", dim: of, bytes };
  };
  const row = Array.from({ length: dim }, (_, i) => i + 1);
  const whole = rows(row);
  return [
    bad("INVALID_KEY", "key", { key: "" }),
    bad("INVALID_KEY", "key", { key: "k".repeat(513) }),
    bad("INVALID_KEY", "key", { key: "nul \0 byte" }),
    bad("INVALID_TEXT", "text", { text: "x".repeat(10 * 1024 * 1024) }),
    bad("INVALID_TEXT", "title", { title: "x".repeat(4097) }),
    bad("INVALID_VECTORS", "vectors.(rows|bytes)", { vectors: rows([...row.slice(1), NaN]) }),
    bad("INVALID_VECTORS", "vectors.(rows|bytes)", {
      vectors: rows([...row, ...row.map(() => 0)]),
    }),
    bad("INVALID_VECTORS", "vectors.(rows|bytes)", { vectors: rows([]) }),
    bad("INVALID_VECTORS", "vectors.(rows|bytes)", {
      vectors: { ...whole, bytes: whole.bytes.subarray(0, -1) },
    }),
    bad("VECTORS_OF_OTHER_MODEL", "vectors.dim", { vectors: rows([...row, ...row], 2 * dim) }),
    bad("MODEL_REQUIRED", "vectors", { vectors: undefined }),
  ];
}

/** In one stream with good ones before and after, which are stored. */
async function refusesDocuments({ client }: ServerProcess): Promise<void> {
  const errors = new Map<number, ClientIngestError>();
  const onError = (error: ClientIngestError): unknown => errors.set(error.clientSequence, error);
  const bad = badDocuments();
  const good = [1, 2].map((i) => ({ ...documents[0]!, key: `good ${i}` }));
  const all = [good[0]!, ...bad.map(({ document }) => document), good[1]!, good[1]!];
  const summary = await client.ingest("notes", all, { onError });
  assert.deepEqual([summary.acknowledgedCount, summary.failedCount], [2, bad.length + 1]);
  for (const [i, { reason, field, document }] of bad.entries()) {
    const error = errors.get(i + 2);
    assert.equal(error?.reason, reason, `${document.key.slice(0, 40)}: ${error?.message}`);
    if (reason !== "MODEL_REQUIRED") assert.match(error.field ?? "", new RegExp(`${field}$`));
  }
  assert.equal(errors.get(all.length)?.reason, "DUPLICATE_KEY");

  const texts: Document[] = ["", " \n", "?!... —", "\u0000\u0007"].map((text, i) => ({
    key: `text ${i}`,
    title: "",
    text,
    fields: new Map(),
  }));
  const reasons: string[] = [];
  const told = await client.ingest("texts", texts, { onError: (e) => reasons.push(e.reason) });
  assert.deepEqual([told.acknowledgedCount, reasons], [2, ["INVALID_TEXT", "INVALID_TEXT"]]);
}

/** Bytes that no client library would write. */
async function refusesRawBytes({ address, client }: ServerProcess): Promise<void> {
  const channel = new Client(address, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = definitions().documents.Ingest;
  const open = (): ClientDuplexStream<Buffer, IngestResponse__Output> =>
    channel.makeBidiStreamRequest(path, (bytes: Buffer) => bytes, responseDeserialize);
  const item = (key: string): object => ({ client_sequence: 1, document: { key, text: "t" } });
  const message = requestSerialize({ collection: "notes", items: [item("MARKED")] });
  const invalid = Buffer.from(message);
  invalid[invalid.indexOf("MARKED")] = 0xff;
  try {
    const refused = await answerOf(open(), invalid);
    assert.deepEqual(
      refused.errors.map(({ reason, field }) => [reason, field]),
      [["INVALID_KEY", "key"]],
    );
    for (const bytes of [message.subarray(0, -2), Buffer.alloc(4096, 0xff)])
      await assert.rejects(answerOf(open(), bytes), /INVALID_ARGUMENT/);
    assert.equal(await client.health(), "SERVING");
  } finally {
    channel.close();
  }
}

function answerOf(
  call: ClientDuplexStream<Buffer, IngestResponse__Output>,
  bytes: Buffer,
): Promise<IngestResponse__Output> {
  return new Promise((resolve, reject) => {
    call.on("data", (response: IngestResponse__Output) => {
      if (response.acks.length + response.errors.length > 0) resolve(response);
    });
    call.on("error", reject);
    call.on("end", () => reject(new Error("the stream ended without an answer")));
    call.write(bytes);
    call.end();
  });
}

async function refusesSearches({ client, url }: ServerProcess): Promise<void> {
  const row = (value: number, of = dim): PrecomputedVectors => ({
    type: "float32",
    dim: of,
    bytes: new Uint8Array(new Float32Array(of).fill(value).buffer),
  });
  const table: readonly [Partial<SearchRequest>, reason: string, field: string][] = [
    [{ k: 0 }, "INVALID_FIELD", "k"],
    [{ k: -1 }, "INVALID_FIELD", "k"],
    [{ k: 1_000_000 }, "INVALID_FIELD", "k"],
    [{ lexicalWeight: NaN }, "INVALID_FIELD", "lexical_weight"],
    [{ minScore: Infinity }, "INVALID_FIELD", "min_score"],
    [{ text: "x".repeat(16 * 1024 + 1) }, "INVALID_FIELD|INVALID_TEXT", "query.text"],
    [{ text: " ", vectors: undefined }, "INVALID_FIELD|INVALID_TEXT", "query.text"],
    [{ vectors: row(NaN) }, "INVALID_VECTORS", "query.vectors.(rows|bytes)"],
    [{ vectors: row(0) }, "INVALID_VECTORS", "query.vectors.(rows|bytes)"],
    [{ vectors: row(1, 32) }, "VECTORS_OF_OTHER_MODEL", ""],
    [{ collection: "none" }, "COLLECTION_NOT_FOUND", ""],
    [{ collection: "../none" }, "INVALID_FIELD|COLLECTION_NOT_FOUND", ""],
  ];
  for (const [asked, reason, field] of table) {
    const searching = client.searchFinal({ collection: "notes", ...query!, ...asked });
    await assert.rejects(searching, refusal(reason, field));
  }
  const path = "/v1/search?collection=notes&q=a";
  for (const tail of ["&k=0", "&k=ten", "&k=1&k=2"])
    assert.equal((await fetch(url + path + tail)).status, 400, tail);
  assert.equal((await fetch(`${url}/v1/search?collection=none&q=a`)).status, 404);
  const wrong = {
    method: "POST",
    body: "{not json",
    headers: { "content-type": "application/json" },
  };
  assert.equal((await fetch(`${url}/v1/search`, wrong)).status, 400);
}

async function refusesCalls({ client }: ServerProcess): Promise<void> {
  const { collections } = client;
  await assert.rejects(collections.drop("none"), refusal("COLLECTION_NOT_FOUND", ""));
  await assert.rejects(client.get("none", ["a"]), refusal("COLLECTION_NOT_FOUND", ""));
  await assert.rejects(client.get("notes", [""]), refusal("INVALID_KEY", "key"));
  await assert.rejects(client.ingest("none", documents), refusal("COLLECTION_NOT_FOUND", ""));
  for (const name of ["", "Upper", "../etc", "a".repeat(64)])
    await assert.rejects(collections.create({ name, dim }), refusal("INVALID_FIELD", "name"));
  for (const wrong of [0, 17, 2048])
    await assert.rejects(
      collections.create({ name: "wrong", dim: wrong }),
      refusal("INVALID_FIELD", "dim"),
    );
  await assert.rejects(
    collections.create({ name: "notes", dim }),
    refusal("COLLECTION_EXISTS", ""),
  );
}

function refusal(reason: string, field: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof SluiceClientError, String(error));
    assert.match(error.reason, new RegExp(`^(${reason})$`), error.message);
    if (field !== "") assert.match(error.field ?? "", new RegExp(field), error.message);
    return true;
  };
}
