// Ingest over gRPC: answers, bounds, wrong documents, broken and leaving callers.

import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { Client, credentials } from "@grpc/grpc-js";
import type { ClientDuplexStream, ServiceError } from "@grpc/grpc-js";
import { definitions } from "../../../src/wire/definitions.js";
import { SluiceError } from "../../../src/core/errors.js";
import type { Document } from "../../../src/gen/proto/sluice/v1/Document.js";
import type { IngestItem } from "../../../src/gen/proto/sluice/v1/IngestItem.js";
import type { IngestRequest } from "../../../src/gen/proto/sluice/v1/IngestRequest.js";
import type { IngestResponse__Output } from "../../../src/gen/proto/sluice/v1/IngestResponse.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";

describe("Ingest", () => {
  let edge: Edge;
  let raw: Client;
  beforeEach(async () => {
    edge = await startEdge({ ingestInFlightMax: 8 });
    raw = new Client(edge.address, credentials.createInsecure());
  });
  afterEach(async () => {
    raw.close();
    await edge.close();
  });

  type Call = ClientDuplexStream<IngestRequest, IngestResponse__Output>;

  function open(): Call {
    const method = definitions().documents.Ingest;
    return raw.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
    );
  }

  /** A call that sends bytes as they are. */
  function openRaw(): ClientDuplexStream<Buffer, IngestResponse__Output> {
    const method = definitions().documents.Ingest;
    return raw.makeBidiStreamRequest(method.path, (bytes) => bytes, method.responseDeserialize);
  }

  interface Outcome {
    readonly responses: IngestResponse__Output[];
    readonly error: ServiceError | undefined;
  }

  /** All responses, and how the stream ended. */
  function outcomeOf(call: Readable): Promise<Outcome> {
    return new Promise((resolve) => {
      const responses: IngestResponse__Output[] = [];
      call.on("data", (response: IngestResponse__Output) => responses.push(response));
      call.on("error", (error) => resolve({ responses, error: error as ServiceError }));
      call.on("end", () => resolve({ responses, error: undefined }));
    });
  }

  async function ingest(items: IngestItem[]): Promise<Outcome> {
    const call = open();
    const outcome = outcomeOf(call);
    call.write({ collection: "notes", items });
    call.end();
    return outcome;
  }

  function item(clientSequence: number, parts: Document = {}): IngestItem {
    const document = { key: `d${clientSequence}`, text: "some text", ...parts };
    return { client_sequence: clientSequence, document };
  }

  it("answers each document once and tells how far everything is answered", async () => {
    const { responses, error } = await ingest(Array.from({ length: 100 }, (_, i) => item(i + 1)));
    assert.equal(error, undefined);
    const acks = responses.flatMap((response) => response.acks);
    assert.deepEqual(
      acks.map((ack) => Number(ack.client_sequence)).sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
    assert.ok(acks.every((ack) => Number(ack.sequence) > 0 && ack.passage_count === 1));
    const through = responses.map((response) => Number(response.answered_through));
    assert.deepEqual(
      through,
      [...through].sort((a, b) => a - b),
    );
    assert.equal(through.at(-1), 100);
  });

  it("answers a wrong document with its own error and goes on", async () => {
    const long = "x".repeat(513);
    const { responses, error } = await ingest([
      item(1),
      item(2, { key: "" }),
      item(3, { key: long }),
      item(4, { key: "a\ufffdb" }),
      item(5, { key: "d1" }),
      item(6, { text: "", title: "" }),
      item(7, { fields: [{ name: "n", float: NaN }] }),
      item(8, {
        fields: [
          { name: "n", integer: 1 },
          { name: "n", integer: 2 },
        ],
      }),
      item(9, { fields: [{ name: "n" }] }),
      item(10, { vectors: { type: "VECTOR_TYPE_INT8", dim: 16, rows: Buffer.alloc(17) } }),
      item(11, { title: "t".repeat(4097) }),
      item(10, { key: "late" }),
      { client_sequence: 12, document: null },
      item(13, { text: "kept: \ufffd stands in the original" }),
    ]);
    assert.equal(error, undefined);
    const errors = responses.flatMap((response) => response.errors);
    const found = errors
      .map((one) => `${one.client_sequence} ${one.reason} ${one.field}`)
      .sort((a, b) => parseInt(a) - parseInt(b));
    assert.deepEqual(found, [
      "2 INVALID_KEY key",
      "3 INVALID_KEY key",
      "4 INVALID_KEY key",
      "5 DUPLICATE_KEY key",
      "6 INVALID_TEXT text",
      "7 INVALID_FIELD fields[0].float",
      "8 INVALID_FIELD fields[1].name",
      "9 INVALID_FIELD fields[0]",
      "10 INVALID_VECTORS vectors.rows",
      "10 INVALID_FIELD client_sequence",
      "11 INVALID_TEXT title",
      "12 INVALID_FIELD document",
    ]);
    assert.deepEqual([...edge.engine.documents.keys()].sort(), ["d1", "d13"]);
    assert.match(edge.engine.documents.get("d13")!.text, /\ufffd/);
    assert.equal(responses.at(-1)!.answered_through, "13");
  });

  it("refuses documents whose bytes the decoder would change, and stores the others", async () => {
    const call = openRaw();
    const outcome = outcomeOf(call);
    const good = definitions().documents.Ingest.requestSerialize({
      collection: "notes",
      items: [item(1, { key: "good" }), item(2, { key: "BAD1" }), item(3, { text: "BAD2" })],
    });
    for (const word of ["BAD1", "BAD2"]) good[good.indexOf(word)] = 0xff;
    call.write(good);
    call.end();
    const { responses, error } = await outcome;
    assert.equal(error, undefined);
    const errors = responses.flatMap((response) => response.errors);
    assert.deepEqual(
      errors.map((one) => `${one.client_sequence} ${one.reason} ${one.field}`).sort(),
      ["2 INVALID_KEY key", "3 INVALID_TEXT text"],
    );
    assert.deepEqual([...edge.engine.documents.keys()], ["good"]);
  });

  it("ends the stream for bytes that are no message, storing nothing of them", async () => {
    const call = openRaw();
    const outcome = outcomeOf(call);
    const bytes = definitions().documents.Ingest.requestSerialize({
      collection: "notes",
      items: [item(1), item(2)],
    });
    call.write(bytes.subarray(0, bytes.length - 3));
    const { error } = await outcome;
    assert.equal(error?.code, 3);
    assert.match(error.details, /cut off/);
    assert.equal(edge.engine.documents.size, 0);
  });

  const wrongStreams: readonly [string, IngestRequest[], number, RegExp][] = [
    ["without a collection", [{ items: [] }], 3, /collection is missing/],
    ["to an unknown collection", [{ collection: "none" }], 5, /no collection is called none/],
    [
      "that changes its collection",
      [{ collection: "notes" }, { collection: "other" }],
      3,
      /this stream began with "notes"/,
    ],
    [
      "with too many documents in a message",
      [{ collection: "notes", items: Array.from({ length: 257 }, () => ({})) }],
      3,
      /items: has more than 256 entries/,
    ],
  ];
  for (const [name, messages, code, text] of wrongStreams) {
    it(`ends a stream ${name}`, async () => {
      const call = open();
      const outcome = outcomeOf(call);
      for (const message of messages) call.write(message);
      const { error } = await outcome;
      assert.equal(error?.code, code);
      assert.match(error.details, text);
    });
  }

  it("tells why a write failed, hides what was unexpected, and takes the key again", async () => {
    const failures = [new SluiceError("DISK_FULL", "no room"), new TypeError("inside")];
    edge.engine.beforePut = (document) => {
      const failure = document.key === "d1" ? failures.shift() : undefined;
      if (failure !== undefined) throw failure;
    };
    const call = open();
    const answers: string[] = [];
    let next = 1;
    const sendNext = (): void => {
      call.write({ collection: "notes", items: [item(next, { key: "d1" })] });
      next += 1;
    };
    const ended = new Promise((resolve) => call.on("end", resolve));
    call.on("data", ({ acks, errors }: IngestResponse__Output) => {
      for (const one of errors) answers.push(`${one.reason} ${one.message} ${one.retryable}`);
      for (const ack of acks) answers.push(`stored ${ack.key}`);
      if (next <= 3) sendNext();
      else call.end();
    });
    sendNext();
    await ended;
    assert.deepEqual(answers, [
      "DISK_FULL no room true",
      "INTERNAL unexpected failure; see the server's log true",
      "stored d1",
    ]);
    assert.equal(edge.log.length, 1);
  });

  it("has no more documents at work than its bound, however fast they come", async () => {
    edge.engine.beforePut = () => new Promise((resolve) => setImmediate(resolve));
    const call = open();
    const outcome = outcomeOf(call);
    for (let message = 0; message < 20; message += 1) {
      const items = Array.from({ length: 50 }, (_, i) => item(message * 50 + i + 1));
      call.write({ collection: "notes", items });
    }
    call.end();
    const { responses, error } = await outcome;
    assert.equal(error, undefined);
    assert.equal(responses.flatMap((response) => response.acks).length, 1000);
    assert.ok(edge.engine.puts.max <= 8, `${edge.engine.puts.max} at a time`);
  });

  it("begins nothing new for a caller that is gone, and stores what it began", async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = (): void => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    edge.engine.beforePut = async () => {
      if (edge.engine.puts.now === 8) begun();
      await released;
    };
    const call = open();
    const outcome = outcomeOf(call);
    call.write({ collection: "notes", items: Array.from({ length: 50 }, (_, i) => item(i + 1)) });
    call.end();
    await hasBegun;
    call.cancel();
    assert.equal((await outcome).error?.code, 1);
    while (edge.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    release();
    while (edge.engine.puts.now > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(edge.engine.documents.size, 8);
    assert.equal(edge.calls[0]!.status, "CANCELLED");
  });
});
