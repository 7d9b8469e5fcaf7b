// An export at the pace of its reader, over both ports: what is read ahead, and how it ends.

import assert from "node:assert/strict";
import { SluiceClientError } from "../../../src/client/client-error.js";
import { SluiceError } from "../../../src/core/errors.js";
import type { ExportedBatch } from "../../../src/engine/api.js";
import type { HttpServer } from "../../../src/http/server.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";
import { eventually } from "../../support/eventually.js";
import { serveOverHttp } from "../../support/http-edge.js";

const text = "x".repeat(2 ** 20);
/** Batches that buffers of both ends and of the system may hold: 8 MiB unread, and sockets. */
const aheadMax = 40;

function batchOf(number: number): ExportedBatch {
  const key = `k${String(number).padStart(4, "0")}`;
  const document = { key, title: "", text, fields: new Map(), sequence: 1, passageCount: 1 };
  return { documents: [document], lastSequence: 7 };
}

describe("an export", () => {
  let edge: Edge;
  let http: HttpServer;
  const pulls = { count: 0, isOver: false };
  beforeEach(async () => {
    edge = await startEdge();
    http = await serveOverHttp(edge.engine);
  });
  afterEach(async () => {
    await http.stop(100);
    await edge.close();
  });

  /** Batches of a megabyte, `count` of them, then `error` if there is one. */
  function script(count: number, error?: SluiceError): void {
    Object.assign(pulls, { count: 0, isOver: false });
    edge.engine.exportDocuments = async function* () {
      try {
        yield { documents: [], lastSequence: 7 };
        for (let number = 0; number < count; number += 1) {
          pulls.count += 1;
          await Promise.resolve();
          yield batchOf(number);
        }
        if (error !== undefined) throw error;
      } finally {
        pulls.isOver = true;
      }
    };
  }

  it("over gRPC reads ahead no more than a few messages, and ends with its reader", async () => {
    script(1000);
    let readCount = 0;
    for await (const { documents } of edge.client.exportDocuments({ collection: "notes" })) {
      readCount += documents.length;
      assert.ok(pulls.count <= readCount + aheadMax, `${pulls.count} after ${readCount}`);
      if (readCount === 100) break;
    }
    await eventually(() => assert.ok(pulls.isOver));
    assert.ok(pulls.count <= 100 + aheadMax);
  });

  it("over HTTP reads ahead no more than a few lines, and ends with its reader", async () => {
    script(1000);
    const controller = new AbortController();
    const { signal } = controller;
    const url = `http://127.0.0.1:${http.port}/v1/export?collection=notes`;
    const body: ReadableStream<Uint8Array> | null = (await fetch(url, { signal })).body;
    assert.ok(body);
    let byteCount = 0;
    const reader = body.getReader();
    while (byteCount < 50 * text.length) {
      const { value } = await reader.read();
      byteCount += value?.length ?? 0;
      const readCount = Math.floor(byteCount / text.length);
      assert.ok(pulls.count <= readCount + aheadMax, `${pulls.count} after ${readCount}`);
    }
    controller.abort();
    await eventually(() => assert.ok(pulls.isOver));
    assert.ok(pulls.count <= 50 + aheadMax);
  });

  it("that fails on its way says so: over gRPC by its status", async () => {
    script(2, new SluiceError("DATA_CORRUPT", "document k3 is damaged"));
    let count = 0;
    await assert.rejects(
      async () => {
        for await (const { documents } of edge.client.exportDocuments({ collection: "notes" }))
          count += documents.length;
      },
      (error) => error instanceof SluiceClientError && error.reason === "DATA_CORRUPT",
    );
    assert.equal(count, 2);
  });

  it("that fails on its way says so: over HTTP by a last line, and by its missing end", async () => {
    script(1, new SluiceError("DATA_CORRUPT", "document k3 is damaged"));
    const url = `http://127.0.0.1:${http.port}/v1/export?collection=notes`;
    const body: ReadableStream<Uint8Array> | null = (await fetch(url)).body;
    assert.ok(body);
    const parts: Uint8Array[] = [];
    await assert.rejects(async () => {
      for await (const part of body) parts.push(part);
    });
    const lines = Buffer.concat(parts).toString().trim().split("\n");
    assert.equal(lines.length, 2);
    assert.match(lines[1] ?? "", /^\{"type":"urn:sluice:error:DATA_CORRUPT"/);
  });
});
