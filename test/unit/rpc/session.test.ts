// Search as you type: the newest query counts.

import assert from "node:assert/strict";
import type { SessionUpdate } from "../../../src/client/session.js";
import { SluiceError } from "../../../src/core/errors.js";
import { requestDefaults } from "../../../src/contract/search-request.js";
import type { SearchRequest } from "../../../src/contract/search-request.js";
import { update, updates } from "../../support/edge-engine.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";

describe("SearchSession", () => {
  let edge: Edge;
  beforeEach(async () => {
    edge = await startEdge();
  });
  afterEach(() => edge.close());

  it("answers each query with its own stream of updates", async () => {
    edge.engine.script = () => updates([update(), update({ final: true })]);
    const session = edge.client.session();
    session.search({ collection: "notes", text: "a" });
    const received: string[] = [];
    for await (const { queryNumber, update: one } of session.updates) {
      received.push(`${queryNumber}.${one.sequence}${one.final ? " final" : ""}`);
      if (one.final && queryNumber === 1) {
        session.search({ text: "ab" });
        session.end();
      }
    }
    assert.ok(received.includes("1.2 final") || received.includes("1.1 final"));
    assert.match(received.at(-1)!, /^2\.\d final$/);
  });

  it("keeps what later requests do not set", async () => {
    const asked: SearchRequest[] = [];
    edge.engine.script = (request) => {
      asked.push(request);
      return updates([update({ final: true })]);
    };
    const session = edge.client.session();
    const changes = [{ text: "ab" }, { k: 2 }, { lexicalWeight: 0 }, { payload: { text: false } }];
    session.search({ collection: "notes", text: "a", k: 5, lexicalWeight: 1 });
    for await (const one of session.updates) {
      assert.equal(one.update.final, true);
      const change = changes.shift();
      if (change === undefined) session.end();
      else session.search(change);
    }
    assert.deepEqual(
      asked.map(({ text, k, lexicalWeight, payload }) => [
        text,
        k,
        lexicalWeight,
        payload?.text ?? requestDefaults.payload.text,
      ]),
      [
        ["a", 5, 1, true],
        ["ab", 5, 1, true],
        ["ab", 2, 1, true],
        ["ab", 2, 0, true],
        ["ab", 2, 0, false],
      ],
    );
  });

  it("stops a query when a newer one comes, and sends nothing of it afterwards", async () => {
    let runningCount = 0;
    let runningMax = 0;
    let begunCount = 0;
    edge.engine.script = async function* (request, { signal }) {
      runningCount += 1;
      begunCount += 1;
      runningMax = Math.max(runningMax, runningCount);
      try {
        yield update();
        if (request.text !== "last") {
          await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
          // What an engine says after its cancel is nobody's business.
          if (request.text === "q7") throw new SluiceError("CANCELLED", "cancelled");
        }
        yield update({ sequence: 2, final: true });
      } finally {
        runningCount -= 1;
      }
    };
    const session = edge.client.session();
    session.search({ collection: "notes", text: "q0" });
    const received: SessionUpdate[] = [];
    for await (const one of session.updates) {
      received.push(one);
      if (received.length > 1) continue;
      for (let i = 1; i < 50; i += 1) session.search({ text: `q${i}` });
      session.search({ text: "last" });
      session.end();
    }
    const numbers = received.map((one) => one.queryNumber);
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
    assert.equal(runningMax, 1);
    assert.ok(begunCount <= 51);
    assert.equal(received.at(-1)!.queryNumber, 51);
    assert.equal(received.at(-1)!.update.final, true);
    assert.equal(received.filter((one) => one.update.final).length, 1);
  });

  it("ends with what is wrong with a request or fails in the running query", async () => {
    const wrong = edge.client.session();
    wrong.search({ collection: "notes", text: "x", k: 0 });
    await assert.rejects(wrong.updates.next(), { reason: "INVALID_FIELD", field: "k" });

    edge.engine.script = () => {
      throw new SluiceError("COLLECTION_NOT_FOUND", "no such collection");
    };
    const failing = edge.client.session();
    failing.search({ collection: "notes", text: "x" });
    await assert.rejects(failing.updates.next(), { reason: "COLLECTION_NOT_FOUND" });
  });

  it("stops the running query when the caller leaves", async () => {
    let isReleased = false;
    edge.engine.script = async function* (_, { signal }) {
      try {
        yield update();
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      } finally {
        isReleased = true;
      }
    };
    const session = edge.client.session();
    session.search({ collection: "notes", text: "x" });
    await session.updates.next();
    session.cancel();
    while (!isReleased || edge.calls.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(edge.calls[0]!.status, "CANCELLED");
  });
});
