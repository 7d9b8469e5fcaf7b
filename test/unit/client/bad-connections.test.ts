// Servers and connections that fail: typed errors, and nothing left behind.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

import { Server as GrpcServer, ServerCredentials } from "@grpc/grpc-js";

import { createClient } from "../../../src/client/client.js";
import { SluiceClientError } from "../../../src/client/client-error.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";
import { update } from "../../support/edge-engine.js";
import { eventually } from "../../support/eventually.js";

/** Many times what a connection may have open, 128. */
const callCount = Number(process.env["CALLS"] ?? 3000);

const request = { collection: "notes", text: "a" };

describe("the client over bad connections", () => {
  let edge: Edge;
  let proxy: Server;
  const sockets = new Set<Socket>();
  let acceptedCount = 0;
  let address = "";

  before(async () => {
    edge = await startEdge();
    proxy = createServer((socket) => {
      acceptedCount += 1;
      const upstream = connect(edge.server.port, "127.0.0.1");
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        from.pipe(to);
        from.on("error", () => to.destroy());
        from.on("close", () => to.destroy());
      }
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    acceptedCount = 0;
  });
  after(async () => {
    proxy.close();
    await edge.close();
  });

  it("names a server that does not know its calls", async () => {
    const other = new GrpcServer();
    const bind = (done: (error: Error | null, port: number) => void): void =>
      other.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), done);
    const port = await new Promise<number>((resolve, reject) =>
      bind((error, bound) => (error === null ? resolve(bound) : reject(error))),
    );
    const client = createClient({ address: `127.0.0.1:${port}` });
    for (const call of [() => client.searchFinal(request), () => client.collections.list()])
      await assert.rejects(call, hasClientReason("INCOMPATIBLE_VERSION", false));
    client.close();
    other.forceShutdown();
  });

  it("fails a stream whose connection is lost in the middle, and connects again", async () => {
    const ended: AbortSignal[] = [];
    edge.engine.script = async function* (_, { signal }) {
      yield update({ sequence: 1 });
      await once(signal, "abort");
      ended.push(signal);
    };
    const client = createClient({ address });
    const updates = client.search(request);
    await updates.next();
    for (const socket of sockets) socket.destroy();
    await assert.rejects(updates.next(), hasClientReason("UNAVAILABLE", true));
    // The server has ended the search, too.
    await eventually(() => assert.equal(ended.length, 1));
    assert.equal((await client.collections.list()).length, 1);
    assert.equal(acceptedCount, 2);
    client.close();
    await eventually(() => assert.equal(sockets.size, 0));
  });

  it("answers thousands of calls at once over one connection", async () => {
    const client = createClient({ address });
    const calls = Array.from({ length: callCount }, () => client.collections.list());
    const answers = await Promise.all(calls);
    assert.ok(answers.every(({ length }) => length === 1));
    assert.equal(acceptedCount, 1);
    client.close();
    await eventually(() => assert.equal(sockets.size, 0));
  });
});

function hasClientReason(reason: string, retryable: boolean): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof SluiceClientError, String(error));
    assert.deepEqual([error.reason, error.retryable], [reason, retryable], error.message);
    return true;
  };
}
