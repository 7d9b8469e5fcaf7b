// Long jobs over gRPC and from the command line: started, listed, watched, cancelled, repeated.

import assert from "node:assert/strict";
import { Client, credentials } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { SluiceClientError } from "../../../src/client/client-error.js";
import type { ClientOperation } from "../../../src/client/operations.js";
import { definitions } from "../../../src/wire/definitions.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";
import { runProgram } from "../../support/program.js";

describe("operations over gRPC", () => {
  let edge: Edge;
  before(async () => {
    edge = await startEdge();
  });
  after(() => edge.close());

  async function lastState(id: string): Promise<ClientOperation | undefined> {
    let last: ClientOperation | undefined;
    for await (const state of edge.client.operations.watch(id)) last = state;
    return last;
  }

  async function isRefused(call: Promise<unknown>, reason: string, field?: string): Promise<void> {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof SluiceClientError);
      assert.deepEqual([error.reason, error.field], [reason, field]);
      return true;
    });
  }

  it("go on without their caller, and are there when they have ended", async () => {
    const { operations } = edge.client;
    const { id, kind, collection } = await operations.start({
      kind: "optimize",
      collection: "notes",
      full: true,
    });
    assert.deepEqual([kind, collection], ["optimize", "notes"]);
    const ended = await lastState(id);
    assert.equal(ended?.state, "succeeded");
    assert.deepEqual(ended.result, { diskBytesBefore: 2, diskBytesAfter: 1 });
    assert.equal(ended.progress.finished, true);
    assert.deepEqual(await operations.get(id), ended);
    assert.ok((await operations.list()).some((one) => one.id === id));
  });

  it("outlive a watcher that leaves, and are cancelled on request only", async () => {
    const { operations } = edge.client;
    const { id } = await operations.start({ kind: "snapshot", collection: "notes" });
    for await (const { state } of operations.watch(id)) {
      assert.equal(state, "running");
      break;
    }
    assert.equal((await operations.get(id)).state, "running");
    await operations.cancel(id);
    const ended = await lastState(id);
    assert.equal(ended?.state, "cancelled");
    assert.equal(ended.result, undefined);
  });

  it("are started once for a repeated request with the same key", async () => {
    const { operations } = edge.client;
    const job = { kind: "calibrate", collection: "notes", sampleCount: 20 } as const;
    const first = await operations.start(job, { idempotencyKey: "nightly 1" });
    const second = await operations.start(job, { idempotencyKey: "nightly 1" });
    const other = await operations.start(job);
    assert.equal(second.id, first.id);
    assert.notEqual(other.id, first.id);
    for (const { id } of [first, other]) await operations.cancel(id);
  });

  it("that are not there, or wrong, have the reasons of other calls", async () => {
    const { operations } = edge.client;
    await isRefused(operations.get("none"), "OPERATION_NOT_FOUND");
    await isRefused(operations.cancel("none"), "OPERATION_NOT_FOUND");
    await isRefused(lastState("none"), "OPERATION_NOT_FOUND");
    const wrong = { kind: "snapshot", collection: "notes", name: "../up" } as const;
    await isRefused(operations.start(wrong), "INVALID_FIELD", "snapshot_name");
    const job = { kind: "calibrate", collection: "notes", sampleCount: 1 } as const;
    await isRefused(operations.start(job), "INVALID_FIELD", "sample_count");
    const error = await startNothing(edge.address);
    assert.match(error.details, /job is missing/);
  });

  it("are started and followed from the command line", async () => {
    const at = ["-s", edge.address];
    const started = await runProgram(["optimize", "notes", "--full", "--detach", "--json", ...at]);
    const { id } = JSON.parse(started) as { readonly id: string };
    assert.match(
      await runProgram(["operations", "watch", id, ...at]),
      new RegExp(`^${id}  optimize of notes: succeeded, 2 B before, 1 B after$`, "m"),
    );
    const snapshot = await runProgram(["snapshot", "notes", "--detach", ...at]);
    const [other = ""] = /operation-\d+/.exec(snapshot) ?? [];
    const listed = await runProgram(["operations", "list", ...at]);
    assert.match(listed, new RegExp(`^${other}  snapshot of notes: running`, "m"));
    await runProgram(["operations", "cancel", other, ...at]);
    assert.equal((await lastState(other))?.state, "cancelled");
  });
});

/** A start without a job, which the client cannot send. */
function startNothing(address: string): Promise<ServiceError> {
  const { path, requestSerialize, responseDeserialize } = definitions().operations.Start;
  const client = new Client(address, credentials.createInsecure());
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, (error) => {
      client.close();
      if (error === null) reject(new Error("it was accepted"));
      else resolve(error);
    });
  });
}
