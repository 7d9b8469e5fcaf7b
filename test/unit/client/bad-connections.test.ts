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
import { hit, update } from "../../support/edge-engine.js";
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
    // A machine under load takes its time for so many.
    const client = createClient({ address, deadlineMs: 600_000 });
    const calls = Array.from({ length: callCount }, () => client.collections.list());
    const answers = await Promise.all(calls);
    assert.ok(answers.every(({ length }) => length === 1));
    assert.equal(acceptedCount, 1);
    client.close();
    await eventually(() => assert.equal(sockets.size, 0));
  });
});

describe("calls that are aborted", () => {
  let edge: Edge;
  before(async () => {
    edge = await startEdge();
  });
  after(() => edge.close());
  const isCancelled = hasClientReason("CANCELLED", false);

  it("are not begun when their signal was aborted before", async () => {
    const options = { signal: AbortSignal.abort() };
    const { client } = edge;
    let takenCount = 0;
    function* documents(): Generator<{ key: string; text: string }> {
      takenCount += 1;
      yield { key: "a", text: "a" };
    }
    for (const call of [
      () => client.search(request, options).next(),
      () => client.searchFinal(request, options),
      () => client.collections.list(options),
      () => client.ingest("notes", documents(), options),
    ])
      await assert.rejects(call, isCancelled);
    assert.equal(takenCount, 0);
    assert.deepEqual(edge.calls, []);
  });

  it("end while they connect to a server that says nothing", async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    });
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const client = createClient({ address: `127.0.0.1:${port}` });
    const controller = new AbortController();
    const options = { signal: controller.signal };
    const calls = [
      client.searchFinal(request, options),
      client.collections.list(options),
      client.ingest("notes", [{ key: "a", text: "a" }], options),
    ];
    await eventually(() => assert.equal(sockets.size, 1));
    controller.abort();
    for (const call of calls) await assert.rejects(call, isCancelled);
    // Where HTTP/2 never began, the library leaves the connection to the other side.
    client.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, "close");
  });

  it("end at each update and between two, and the server's work with them", async () => {
    const updateCount = 4;
    let runningCount = 0;
    edge.engine.script = async function* (_, { signal }) {
      runningCount += 1;
      try {
        const hits = Array.from({ length: updateCount }, (_unused, i) =>
          hit(`d${i}`, { rank: i + 1 }),
        );
        for (let sequence = 1; sequence <= updateCount; sequence++)
          yield update({ sequence, hits: hits.slice(0, sequence) });
        await once(signal, "abort");
      } finally {
        runningCount -= 1;
      }
    };
    for (let last = 1; last <= updateCount; last++) {
      for (const isBetween of [false, true]) {
        const controller = new AbortController();
        const updates = edge.client.search(request, { signal: controller.signal });
        for (let taken = 0; taken < last; taken++) await updates.next();
        const next = isBetween ? updates.next() : undefined;
        controller.abort();
        // An update that had arrived before is still handed over, and nothing after it.
        await assert.rejects(async () => {
          await next;
          for await (const one of updates) assert.equal(one.final, false);
        }, isCancelled);
      }
    }
    await eventually(() => assert.equal(runningCount, 0));
  });

  it("end an ingest whose documents are not acknowledged, and close their source", async () => {
    const controller = new AbortController();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    edge.engine.beforePut = () => released;
    let isClosed = false;
    function* documents(): Generator<{ key: string; text: string }> {
      try {
        for (let i = 0; ; i++) yield { key: `d${i}`, text: "a" };
      } finally {
        isClosed = true;
      }
    }
    const call = edge.client.ingest("notes", documents(), { signal: controller.signal });
    await eventually(() => assert.ok(edge.engine.puts.now > 0));
    controller.abort();
    await assert.rejects(call, isCancelled);
    assert.ok(isClosed);
    release();
    await eventually(() => assert.equal(edge.engine.puts.now, 0));
    assert.equal((await edge.client.collections.list()).length, 1);
  });
});

function hasClientReason(reason: string, retryable: boolean): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof SluiceClientError, String(error));
    assert.deepEqual([error.reason, error.retryable], [reason, retryable], error.message);
    return true;
  };
}
