// The server as any gRPC client sees it: statuses, details, reflection, health, limits, stop.

import assert from "node:assert/strict";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { GrpcReflection } from "../../support/reflection-client.js";
import { definitions } from "../../../src/wire/definitions.js";
import { SluiceError } from "../../../src/core/errors.js";
import { update, updates } from "../../support/edge-engine.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";

describe("gRPC server", () => {
  let edge: Edge;
  let raw: Client;
  beforeEach(async () => {
    edge = await startEdge({ messageBytesMax: 1024 * 1024 });
    raw = new Client(edge.address, credentials.createInsecure());
  });
  afterEach(async () => {
    raw.close();
    await edge.close();
  });

  /** Sends raw bytes as the one request of a call and gives its error, or the response's bytes. */
  function send(path: string, bytes: Buffer): Promise<ServiceError | Buffer[]> {
    const same = (value: Buffer): Buffer => value;
    return new Promise((resolve) => {
      const received: Buffer[] = [];
      const call = raw.makeServerStreamRequest(path, same, same, bytes, new Metadata());
      call.on("data", (response: Buffer) => received.push(response));
      call.on("error", (error) => resolve(error as ServiceError));
      call.on("end", () => resolve(received));
    });
  }

  async function failure(path: string, bytes: Buffer): Promise<ServiceError> {
    const result = await send(path, bytes);
    assert.ok(result instanceof Error, "the call fails");
    return result;
  }

  function detailsOf(error: ServiceError): Record<string, unknown> {
    const { status, errorInfo, badRequest, retryInfo } = definitions();
    const bytes = error.metadata.get("grpc-status-details-bin")[0];
    assert.ok(Buffer.isBuffer(bytes));
    const decoded = status.deserialize(bytes);
    assert.equal(decoded.code, error.code);
    assert.equal(decoded.message, error.details);
    const found: Record<string, unknown> = {};
    for (const detail of decoded.details) {
      assert.ok("type_url" in detail);
      const name = detail.type_url.replace("type.googleapis.com/google.rpc.", "");
      const value = Buffer.from(detail.value);
      if (name === "ErrorInfo") found[name] = errorInfo.deserialize(value);
      if (name === "BadRequest") found[name] = badRequest.deserialize(value).field_violations;
      if (name === "RetryInfo") found[name] = retryInfo.deserialize(value).retry_delay;
    }
    return found;
  }

  const search = "/sluice.v1.SearchService/Search";
  const searchBytes = (request: object): Buffer =>
    definitions().search.Search.requestSerialize({
      collection: "notes",
      query: { text: "x" },
      ...request,
    });

  it("tells a wrong field with reason, domain, remedy and field violation", async () => {
    const error = await failure(search, searchBytes({ collection: "No Such Name" }));
    assert.equal(error.code, 3);
    const details = detailsOf(error);
    assert.deepEqual(details["ErrorInfo"], {
      reason: "INVALID_FIELD",
      domain: "sluice",
      metadata: { remedy: "Correct the field that is named.", retryable: "false" },
    });
    assert.deepEqual(details["BadRequest"], [{ field: "collection", description: error.details }]);
    assert.equal(details["RetryInfo"], undefined);
    assert.deepEqual(error.metadata.get("grpc-retry-pushback-ms"), ["-1"]);
  });

  it("tells when to try again after overload", async () => {
    edge.engine.script = () => {
      throw new SluiceError("OVERLOADED", "256 searches wait");
    };
    const error = await failure(search, searchBytes({}));
    assert.equal(error.code, 8);
    assert.deepEqual(detailsOf(error)["RetryInfo"], { seconds: "0", nanos: 100_000_000 });
    assert.deepEqual(error.metadata.get("grpc-retry-pushback-ms"), ["100"]);
  });

  it("cuts a long message, so that any client can take its trailer", async () => {
    edge.engine.script = () => {
      const field = "é".repeat(5000);
      throw new SluiceError("INVALID_FIELD", "\u{1f9d0}".repeat(5000), { field });
    };
    const error = await failure(search, searchBytes({}));
    assert.equal(error.code, 3);
    assert.equal(error.details, "\u{1f9d0}".repeat(250));
    assert.equal((detailsOf(error)["ErrorInfo"] as { reason: string }).reason, "INVALID_FIELD");
  });

  it("keeps what it did not expect to itself and logs it", async () => {
    edge.engine.script = () => {
      throw new TypeError("secret of the inside");
    };
    const error = await failure(search, searchBytes({}));
    assert.equal(error.code, 13);
    assert.equal(error.details, "unexpected failure; see the server's log");
    assert.equal(edge.log.length, 1);
    assert.match(String((edge.log[0]!.details as { err: Error }).err), /secret of the inside/);
  });

  it("refuses bytes that the decoder would accept by changing them", async () => {
    const good = searchBytes({});
    const cases: readonly [Buffer, RegExp][] = [
      // The text's length runs one byte past the end.
      [Buffer.from("0a056e6f7465731203" + "0a0278", "hex"), /query\.text: it is cut off/],
      [Buffer.from("0a0a6e6f746573", "hex"), /collection: it is cut off/],
      [Buffer.from("0805", "hex"), /collection: its wire type is 0, not 2/],
      [Buffer.concat([good, Buffer.from("ffffffffffffffffffff01", "hex")]), /tag is malformed/],
      [Buffer.from("0a056e6f7465731203" + "0a01ff", "hex"), /query\.text: is not valid UTF-8/],
    ];
    for (const [bytes, text] of cases) {
      const error = await failure(search, bytes);
      assert.equal(error.code, 3, error.message);
      assert.match(error.details, text);
    }
    // A filter within a filter, 200 deep.
    let nested: Buffer = Buffer.from([0x32, 0x01, 0x78]);
    for (let i = 0; i < 200; i += 1) nested = lengthPrefixed(0x1a, nested);
    const error = await failure(search, Buffer.concat([good, lengthPrefixed(0x2a, nested)]));
    assert.match(error.details, /nested too deep/);
  });

  const unknownField = Buffer.from("fa3e0178", "hex");

  it("ignores a field of a newer client and says so at the end of the call", async () => {
    const bytes = Buffer.concat([searchBytes({}), unknownField]);
    const { received, trailer } = await sendAndEnd(raw, search, bytes);
    assert.equal(received.length, 1);
    const named = 'ignored, since this version does not know them: "SearchRequest field 1007"';
    assert.deepEqual(trailer.get("x-sluice-warning"), [named]);
    const known = await sendAndEnd(raw, search, searchBytes({}));
    assert.deepEqual(known.trailer.get("x-sluice-warning"), []);
  });

  it("refuses a field of a newer client in a filter, which would select other documents", async () => {
    const range = lengthPrefixed(0x2a, Buffer.concat([Buffer.from("0a0178", "hex"), unknownField]));
    const { requestSerialize } = definitions().documents.Delete;
    const bytes = Buffer.concat([
      requestSerialize({ collection: "notes" }),
      lengthPrefixed(0x1a, range),
    ]);
    const error = await failure("/sluice.v1.DocumentService/Delete", bytes);
    assert.equal(error.code, 3);
    assert.match(error.details, /filter\.range: field number 1007 is unknown/);
  });

  it("refuses a delete by keys and by a filter at once", async () => {
    const { requestSerialize } = definitions().documents.Delete;
    const bytes = requestSerialize({ collection: "notes", keys: ["a"], filter: { exists: "x" } });
    const error = await failure("/sluice.v1.DocumentService/Delete", bytes);
    assert.equal(error.code, 3);
    assert.match(error.details, /filter is set and keys are given/);
  });

  it("refuses a message beyond its limit and goes on serving", async () => {
    const error = await failure(search, searchBytes({ query: { text: "x".repeat(2_000_000) } }));
    assert.equal(error.code, 8);
    assert.equal((await edge.client.searchFinal({ collection: "notes", text: "x" })).final, true);
  });

  it("lists its services and their methods by reflection", async () => {
    const reflection = new GrpcReflection(raw);
    const names = await reflection.listServices();
    for (const name of [
      "SearchService",
      "DocumentService",
      "CollectionService",
      "OperationService",
    ]) {
      assert.ok(names.includes(`sluice.v1.${name}`), `${name} in ${names.join()}`);
    }
    assert.ok(names.includes("grpc.health.v1.Health"));
    const files = await reflection.filesOf("sluice.v1.SearchService");
    assert.ok(files.some((file) => file.includes("SearchSessionResponse")));
  });

  it("passes the time left of a deadline to the engine and stops at it", async () => {
    let given: number | undefined;
    edge.engine.script = (_, { deadlineMs }) => {
      given = deadlineMs;
      return updates([update({ final: true })]);
    };
    const request = { collection: "notes", text: "x" };
    await edge.client.searchFinal(request, { deadlineMs: 60_000 });
    assert.ok(given !== undefined && given > 50_000 && given <= 60_000, String(given));
    await edge.client.searchFinal(request);
    assert.equal(given, undefined);

    edge.engine.script = async function* (_, { signal }) {
      yield* updates([]);
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    };
    await assert.rejects(edge.client.searchFinal(request, { deadlineMs: 50 }), {
      status: "DEADLINE_EXCEEDED",
    });
  });

  it("says which port cannot be had", async () => {
    await assert.rejects(startEdge({ port: edge.server.port }), (error) => {
      assert.ok(error instanceof SluiceError);
      assert.equal(error.reason, "PORT_IN_USE");
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${edge.server.port}`));
      return true;
    });
  });

  it("lets a running search finish when it stops, and cuts off one that does not end", async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    edge.engine.script = async function* () {
      yield update();
      await released;
      yield update({ sequence: 2, final: true });
    };
    const updatesOf = edge.client.search({ collection: "notes", text: "x" });
    await updatesOf.next();
    const stopped = edge.server.stop(60_000);
    release();
    const last = await updatesOf.next();
    assert.equal(last.done === true ? undefined : last.value.final, true);
    await updatesOf.next();
    await stopped;

    const second = await startEdge();
    second.engine.script = async function* (_, { signal }) {
      yield update();
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    };
    const endless = second.client.search({ collection: "notes", text: "x" });
    await endless.next();
    const rejected = assert.rejects(async () => {
      await endless.next();
    });
    await second.server.stop(10);
    await rejected;
    await second.close();
  });
});

function lengthPrefixed(tag: number, bytes: Buffer): Buffer {
  const prefix = [tag];
  let length = bytes.length;
  while (length >= 128) {
    prefix.push((length % 128) + 128);
    length = Math.floor(length / 128);
  }
  return Buffer.concat([Buffer.from([...prefix, length]), bytes]);
}

/** Sends raw bytes as the one request of a call that succeeds. */
function sendAndEnd(
  client: Client,
  path: string,
  bytes: Buffer,
): Promise<{ readonly received: readonly Buffer[]; readonly trailer: Metadata }> {
  const same = (value: Buffer): Buffer => value;
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const call = client.makeServerStreamRequest(path, same, same, bytes, new Metadata());
    call.on("data", (response: Buffer) => received.push(response));
    call.on("error", reject);
    call.on("status", ({ metadata }) => resolve({ received, trailer: metadata }));
  });
}
