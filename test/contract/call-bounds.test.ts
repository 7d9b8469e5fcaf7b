// What callers can make a server hold: bombs, halves of messages, answers that nobody reads.

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { deflateSync, gzipSync } from "node:zlib";
import { limits } from "../../src/core/limits.js";
import { createTraffic } from "../../src/core/traffic.js";
import type { Traffic } from "../../src/core/traffic.js";
import type { RpcServerOptions } from "../../src/rpc/server.js";
import { definitions } from "../../src/wire/definitions.js";
import { hit, update, updates } from "../support/edge-engine.js";
import { startEdge } from "../support/edge-server.js";
import type { Edge } from "../support/edge-server.js";
import { connectRaw, field, framed } from "../support/raw-grpc.js";
import type { RawPeer } from "../support/raw-grpc.js";
import { repeatedFields } from "../support/request-fields.js";

const MiB = 1024 * 1024;
const { search, documents } = definitions();

describe("bounds of calls", () => {
  let edge: Edge;
  let traffic: Traffic;
  const peers: RawPeer[] = [];

  const start = async (options: Partial<RpcServerOptions> = {}): Promise<void> => {
    traffic = createTraffic({ messageBytesMax: 16 * MiB, requestBytesMax: 64 * MiB, clock: now });
    edge = await startEdge({ traffic, messageBytesMax: 16 * MiB, ...options });
  };
  const connect = (options?: Parameters<typeof connectRaw>[1]): RawPeer => {
    const peer = connectRaw(edge.address, options);
    peers.push(peer);
    return peer;
  };
  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.close();
    await edge.close();
  });

  const searchBytes = Buffer.from(
    search.Search.requestSerialize({ collection: "notes", query: { text: "x" } }),
  );
  /** Polls, since what is given back is so when the server sees the end. */
  const nothingHeld = async (): Promise<void> => {
    for (let i = 0; i < 600; i += 1) {
      const { heldBytes } = traffic.budget.stats();
      if (heldBytes + traffic.answers.stats().unreadBytes === 0) return;
      await delay(50);
    }
    assert.fail(JSON.stringify([traffic.budget.stats(), traffic.answers.stats()]));
  };

  for (const [encoding, compress] of [
    ["gzip", gzipSync],
    ["deflate", deflateSync],
  ] as const)
    it(`refuse what ${encoding} makes of little bytes beyond the budget, and take it back`, async () => {
      await start();
      const long = field(2, field(1, Buffer.alloc(15 * MiB, "a")));
      const body = framed(compress(Buffer.concat([field(1, "notes"), long])), {
        isCompressed: true,
      });
      const peer = connect();
      let heldMax = 0;
      const watch = setInterval(() => {
        heldMax = Math.max(heldMax, traffic.budget.stats().heldBytes);
      }, 1);
      const calls = Array.from({ length: 40 }, () =>
        peer.call(search.Search.path, body, { encoding }),
      );
      const answers = await Promise.all(calls);
      clearInterval(watch);
      for (const { reason } of answers)
        assert.ok(reason === "OVERLOADED" || reason === "INVALID_TEXT", reason);
      assert.ok(answers.some(({ reason }) => reason === "INVALID_TEXT"));
      assert.ok(heldMax <= 32 * MiB, `${heldMax} bytes of one peer, half of the budget is 32 MiB`);
      await nothingHeld();
      assert.equal((await edge.client.searchFinal({ collection: "notes", text: "x" })).final, true);
    });

  it("take compressed messages that keep to their limits", async () => {
    await start();
    const peer = connect();
    for (const [encoding, compress] of [
      ["gzip", gzipSync],
      ["deflate", deflateSync],
    ] as const) {
      const body = framed(compress(searchBytes), { isCompressed: true });
      assert.equal((await peer.call(search.Search.path, body, { encoding })).status, 0);
    }
    await nothingHeld();
  });

  it("refuse what is not compressed as it says, and what decompresses beyond a message", async () => {
    await start();
    const peer = connect();
    const encoding = "gzip";
    const broken = framed(Buffer.from("no gzip at all"), { isCompressed: true });
    const wrong = await peer.call(search.Search.path, broken, { encoding });
    assert.equal(wrong.reason, "INVALID_FIELD");
    const large = framed(gzipSync(Buffer.alloc(17 * MiB)), { isCompressed: true });
    const tooLarge = await peer.call(search.Search.path, large, { encoding });
    assert.equal(tooLarge.reason, "LIMIT_EXCEEDED");
    await nothingHeld();
  });

  it("refuse the smallest entries of every repeated field without much work", async () => {
    await start();
    const peer = connect();
    const before = process.cpuUsage();
    const fields = repeatedFields();
    for (const { path, name, filled } of fields) {
      const body = framed(gzipSync(filled(4 * MiB), { level: 1 }), { isCompressed: true });
      const { reason } = await peer.call(path, body, { encoding: "gzip" });
      const isTold = reason === "INVALID_FIELD" || reason === "LIMIT_EXCEEDED";
      // A document with too much is answered as one of its stream.
      const isOfDocument = path === documents.Ingest.path && name !== "items";
      assert.ok(isTold || isOfDocument, `${path} ${name}: ${reason}`);
    }
    const { user, system } = process.cpuUsage(before);
    const meanMs = (user + system) / 1000 / fields.length;
    // To compress them here takes most of it; to decode one would take a second.
    assert.ok(meanMs < 400, `${meanMs} ms of CPU for each`);
    await nothingHeld();
  });

  it("refuse a message by the length that it announces", async () => {
    await start();
    const head = framed(Buffer.alloc(0));
    head.writeUInt32BE(17 * MiB, 1);
    const answer = await connect().call(search.Search.path, head, { isHalf: true });
    assert.equal(answer.reason, "LIMIT_EXCEEDED");
    assert.match(answer.message, /17825792 bytes, the limit is 16777216/);
  });

  for (const [name, path, sent] of [
    ["no message", search.Search.path, 0],
    ["half of a message", search.Search.path, 0.5],
    ["a message without an end", documents.Get.path, 1],
    ["half of a message of a stream", documents.Ingest.path, 0.5],
  ] as const)
    it(`give up a call that brings ${name}`, async () => {
      await start({ requestStallMs: 100 });
      const whole = framed(searchBytes);
      const part = whole.subarray(0, Math.floor(sent * whole.length));
      const answer = await connect().call(path, part, { isHalf: true });
      assert.equal(answer.reason, "DEADLINE_EXCEEDED");
      assert.match(answer.message, /request in flight less than/);
      await nothingHeld();
    });

  it("let a stream be idle between two messages", async () => {
    await start({ requestStallMs: 20 });
    const session = edge.client.session();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { queryNumber } of session.updates) seen.push(queryNumber);
    })();
    session.search({ collection: "notes", text: "x" });
    for (let i = 0; i < 600 && seen.length === 0; i += 1) await delay(10);
    await delay(100);
    session.search({ collection: "notes", text: "y" });
    session.end();
    await reading;
    assert.deepEqual(seen, [1, 2]);
  });

  it("make no further answers for a connection that reads none", async () => {
    await start();
    const text = "lorem ipsum ".repeat(250_000);
    const answered = update({ final: true, hits: [hit("a", { payload: { text } })] });
    let begun = 0;
    edge.engine.script = () => {
      begun += 1;
      return updates([answered]);
    };
    const stalled = connect({ windowBytes: 0 });
    const calls = Array.from({ length: 24 }, () =>
      stalled.call(search.Search.path, framed(searchBytes)),
    );
    const bound = limits.unreadConnectionBytesMax + 2 * text.length;
    for (let i = 0; i < 600 && traffic.answers.stats().unreadBytes < bound / 2; i += 1)
      await delay(10);
    const good = connect();
    assert.equal((await good.call(search.Search.path, framed(searchBytes))).status, 0);
    assert.ok(traffic.answers.stats().unreadBytes <= bound);
    assert.ok(begun < 24, `${begun} searches for who reads nothing`);
    stalled.close();
    await Promise.all(calls);
    await nothingHeld();
  });
});

function now(): number {
  return performance.now();
}
