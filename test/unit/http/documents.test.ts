// Documents over HTTP: JSON bodies, lines of JSON with acknowledgments, conditions, pages.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

import type { IngestAnswer } from "../../../src/service/ingest-answers.js";
import { startHttpEdge } from "../../support/http-edge.js";
import type { Asked, HttpEdge } from "../../support/http-edge.js";

const documents = "/v1/collections/notes/documents";
const lineType = { "content-type": "application/x-ndjson" };

describe("documents over HTTP", () => {
  let edge: HttpEdge;
  before(async () => {
    edge = await startHttpEdge({ ingestInFlightMax: 8 });
  });
  beforeEach(() => {
    edge.engine.documents.clear();
    edge.engine.beforePut = () => undefined;
  });
  after(() => edge.server.stop(100));

  async function sendLines(body: string | Buffer, query = ""): Promise<IngestAnswer[]> {
    const url = `${edge.base}${documents}${query}`;
    const response = await fetch(url, { method: "POST", headers: lineType, body });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^application\/x-ndjson/);
    return linesOf(await response.text());
  }

  it("are written, read, changed and deleted one by one", async () => {
    const put = await edge.ask("PUT", `${documents}/a%2Fb%20%C3%A9`, {
      title: "T",
      text: "words",
      fields: { year: 1968, tags: ["x", "y"], at: { time: "2024-01-31T00:00:00Z" }, none: null },
    });
    assert.equal(put.status, 200, JSON.stringify(put.json));
    const { sequence } = put.json as { readonly sequence: number };
    assert.deepEqual(put.json, { client_sequence: 1, key: "a/b é", sequence, passage_count: 1 });
    assert.equal(put.headers.get("etag"), `"${sequence}"`);
    const got = await edge.ask("GET", `${documents}/a%2Fb%20%C3%A9`);
    assert.deepEqual(got.json, {
      document: {
        key: "a/b é",
        title: "T",
        text: "words",
        fields: { year: 1968, tags: ["x", "y"], at: "2024-01-31T00:00:00.000Z" },
      },
      sequence,
      passage_count: 1,
    });
    assert.equal(got.headers.get("etag"), `"${sequence}"`);
    const change = { set: { year: 1969 }, remove: ["tags"] };
    const patched = await edge.ask("PATCH", `${documents}/a%2Fb%20%C3%A9`, change);
    assert.equal(patched.status, 200, JSON.stringify(patched.json));
    const { fields } = edge.engine.documents.get("a/b é")!;
    assert.deepEqual([...fields.keys()], ["year", "at"]);
    const deleted = await edge.ask("DELETE", `${documents}/a%2Fb%20%C3%A9`);
    assert.equal((deleted.json as { deleted_count: number }).deleted_count, 1);
    assert.equal((await edge.ask("GET", `${documents}/a%2Fb%20%C3%A9`)).status, 404);
  });

  it("of a JSON body are answered each on its own", async () => {
    const { json } = await edge.ask("POST", documents, {
      documents: [
        { key: "a", text: "one" },
        { key: "b" },
        { key: "a", text: "again" },
        { key: "", text: "x" },
        { key: "c", title: "three" },
        { key: "d", text: "x", fields: ["no", "object"] },
        "no object",
        { key: "e", vectors: { type: "int8", dim: 16, base64: "AAAA" } },
      ],
    });
    const { acks, errors, answered_through: through } = json as IngestAnswer;
    assert.equal(through, 8);
    assert.deepEqual(
      acks.map(({ client_sequence: number, key }) => [number, key]),
      [
        [1, "a"],
        [5, "c"],
      ],
    );
    assert.deepEqual(
      errors.map(({ client_sequence: number, reason, field }) => `${number} ${reason} ${field}`),
      [
        "2 INVALID_TEXT text",
        "3 DUPLICATE_KEY key",
        "4 INVALID_KEY key",
        "6 INVALID_FIELD fields",
        "7 INVALID_FIELD body",
        "8 INVALID_VECTORS vectors.base64",
      ],
    );
  });

  it("of lines are acknowledged by the numbers of their lines, and wrong ones named", async () => {
    const long = JSON.stringify("é".repeat(40_000));
    const body = [
      '{"key": "a", "text": "one", "fields": {"n": 9007199254740993}}',
      "",
      `{"key": "b", "text": ${long}}\r`,
      "{",
      '{"key": "c", "text": "x", "key": "d"}',
      '{"key": "e", "text": "x", "__proto__": {"key": "f"}}',
      '{"key": "a", "text": "again"}',
      `{"key": "f", "text": "x", "fields": ${"[".repeat(100)}${"]".repeat(100)}}`,
      '{"key": "g", "title": "last, without a line feed"}',
    ].join("\n");
    const answers = await sendLines(body);
    const acks = answers.flatMap((answer) => answer.acks);
    assert.deepEqual(acks.map(({ client_sequence: number, key }) => `${number} ${key}`).sort(), [
      "1 a",
      "3 b",
      "6 e",
      "9 g",
    ]);
    const errors = answers.flatMap((answer) => answer.errors);
    assert.deepEqual(
      errors.map(({ client_sequence: number, reason }) => `${number} ${reason}`).sort(),
      ["4 INVALID_FIELD", "5 INVALID_FIELD", "7 DUPLICATE_KEY", "8 LIMIT_EXCEEDED"],
    );
    assert.equal(answers.at(-1)?.answered_through, 9);
    assert.deepEqual(edge.engine.documents.get("a")?.fields.get("n"), {
      kind: "integer",
      value: 9007199254740993n,
    });
    assert.equal(edge.traffic.budget.stats().heldBytes, 0);
  });

  it("of lines are written while others are sent, and no more than the bound at a time", async () => {
    edge.engine.beforePut = () => new Promise((resolve) => setImmediate(resolve));
    const sending = openLines(edge, documents);
    const lines = Array.from({ length: 500 }, (_, i) => `{"key": "k${i}", "text": "words"}\n`);
    sending.write(lines.slice(0, 250).join(""));
    const [response] = (await once(sending, "response")) as [IncomingMessage];
    const [first] = (await once(response, "data")) as [Buffer];
    assert.match(first.toString(), /"acks":\[\{"client_sequence":1,/);
    sending.end(lines.slice(250).join(""));
    const rest = linesOf(first.toString() + (await text(response)));
    assert.equal(rest.flatMap(({ acks }) => acks).length, 500);
    assert.equal(rest.at(-1)?.answered_through, 500);
    assert.ok(edge.engine.puts.max <= 8, `${edge.engine.puts.max} at a time`);
  });

  it("of lines are answered without acknowledgments when they are not wanted", async () => {
    const answers = await sendLines('{"key": "a", "text": "x"}\n{"key": ""}\n', "?acks=false");
    assert.deepEqual(
      answers.flatMap(({ acks }) => acks),
      [],
    );
    assert.equal(answers.flatMap(({ errors }) => errors).length, 1);
    assert.equal(answers.at(-1)?.answered_through, 2);
  });

  it("that break off are stored whole or not at all", async () => {
    const sending = openLines(edge, documents);
    sending.on("error", () => undefined);
    sending.write('{"key": "whole", "text": "x"}\n{"key": "half');
    const [response] = (await once(sending, "response")) as [IncomingMessage];
    await once(response, "data");
    sending.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([...edge.engine.documents.keys()], ["whole"]);
  });

  it("are written only over the version that is named", async () => {
    const etag = (await edge.ask("PUT", `${documents}/a`, { text: "one" })).headers.get("etag");
    const seen: unknown[] = [];
    const { put } = edge.engine;
    edge.engine.put = (collection, document, scope) => {
      seen.push(scope?.ifSequence);
      return put(collection, document, scope);
    };
    try {
      await edge.ask("PUT", `${documents}/a`, { text: "two" }, { "if-match": etag ?? "" });
      await edge.ask("PUT", `${documents}/b`, { text: "new" }, { "if-none-match": "*" });
      await edge.ask("PUT", `${documents}/a`, { text: "three", if_sequence: 7 });
      assert.deepEqual(seen, [Number(etag?.slice(1, -1)), 0, 7]);
      for (const header of [{ "if-match": "W/x" }, { "if-none-match": '"1"' }])
        assert.equal((await edge.ask("PUT", `${documents}/a`, { text: "x" }, header)).status, 400);
    } finally {
      edge.engine.put = put;
    }
  });

  it("are listed page by page, and read by their keys", async () => {
    const keys = ["a", "b", "c", "d", "e"];
    const all = keys.map((key) => ({ key, text: key }));
    await edge.ask("POST", documents, { documents: all });
    const found: string[] = [];
    let token = "";
    do {
      const page = await edge.ask("GET", `${documents}?page_size=2&page_token=${token}`);
      const { documents: shown, next_page_token: next } = page.json as {
        readonly documents: readonly { readonly document: { readonly key: string } }[];
        readonly next_page_token: string;
      };
      found.push(...shown.map(({ document }) => document.key));
      token = next;
    } while (token !== "");
    assert.deepEqual(found, keys);
    const got = await edge.ask("POST", `${documents}:get`, { keys: ["e", "none", "a"] });
    assert.deepEqual((got.json as { missing_keys: unknown }).missing_keys, ["none"]);
    const deleted = await edge.ask("POST", `${documents}:delete`, { filter: '@key = "a"' });
    assert.equal(deleted.status, 200, JSON.stringify(deleted.json));
    assert.ok(!edge.engine.documents.has("a"));
  });

  const refused: readonly [string, () => Promise<Asked>, number, string][] = [
    [
      "a collection that is not there",
      () => edge.ask("POST", "/v1/collections/none/documents", { documents: [{}] }),
      404,
      "COLLECTION_NOT_FOUND",
    ],
    [
      "a name that is none",
      () => edge.ask("GET", "/v1/collections/No/documents"),
      400,
      "INVALID_FIELD",
    ],
    ["no documents", () => edge.ask("POST", documents, { documents: [] }), 400, "INVALID_FIELD"],
    [
      "another key than that of the path",
      () => edge.ask("PUT", `${documents}/a`, { key: "b", text: "x" }),
      400,
      "INVALID_FIELD",
    ],
    [
      "a page token of another server",
      () => edge.ask("GET", `${documents}?page_token=zz`),
      400,
      "INVALID_FIELD",
    ],
    [
      "a parameter given twice",
      () => edge.ask("GET", `${documents}?page_size=1&page_size=2`),
      400,
      "INVALID_FIELD",
    ],
    [
      "a body of another type",
      () => edge.ask("POST", documents, {}, { "content-type": "application/octet-stream" }),
      415,
      "CONTENT_TYPE_NOT_SUPPORTED",
    ],
    [
      "a compressed body",
      () => edge.ask("POST", documents, {}, { "content-encoding": "gzip" }),
      415,
      "CONTENT_TYPE_NOT_SUPPORTED",
    ],
    [
      "keys and a filter",
      () => edge.ask("POST", `${documents}:delete`, { keys: ["a"], filter: "a = 1" }),
      400,
      "INVALID_FIELD",
    ],
  ];
  for (const [name, ask, status, reason] of refused)
    it(`are refused for ${name}`, async () => {
      const { status: found, json } = await ask();
      assert.deepEqual([found, (json as { reason: string }).reason], [status, reason]);
    });
});

function openLines({ base }: HttpEdge, path: string): ClientRequest {
  return request(`${base}${path}`, { method: "POST", headers: lineType });
}

function linesOf(body: string): IngestAnswer[] {
  const lines = body.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as IngestAnswer);
}
