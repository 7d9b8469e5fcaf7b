// Long jobs over HTTP: started, listed, watched, cancelled, repeated.

import assert from "node:assert/strict";

import { eventsOf } from "../../support/server-events.js";
import { startHttpEdge } from "../../support/http-edge.js";
import type { HttpEdge } from "../../support/http-edge.js";

interface Shown {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly collection: string;
  readonly result?: object;
}

describe("operations over HTTP", () => {
  let edge: HttpEdge;
  before(async () => {
    edge = await startHttpEdge();
  });
  after(() => edge.server.stop(100));

  it("go on without their caller, and are there when they have ended", async () => {
    const started = await edge.ask("POST", "/v1/collections/notes:optimize", { full: true });
    assert.equal(started.status, 202);
    const { id, kind, collection } = started.json as Shown;
    assert.deepEqual([kind, collection], ["optimize", "notes"]);
    assert.equal(started.headers.get("location"), `/v1/operations/${id}`);
    const watched = await fetch(`${edge.base}/v1/operations/${id}`, {
      headers: { accept: "text/event-stream" },
    });
    const last = eventsOf(await watched.text()).at(-1)!;
    assert.equal(last.event, "end");
    const ended = JSON.parse(last.data) as Shown;
    assert.equal(ended.state, "succeeded");
    assert.deepEqual(ended.result, { disk_bytes_before: 2, disk_bytes_after: 1 });
    assert.deepEqual((await edge.ask("GET", `/v1/operations/${id}`)).json, ended);
    const { operations } = (await edge.ask("GET", "/v1/operations")).json as {
      readonly operations: readonly Shown[];
    };
    assert.ok(operations.some((one) => one.id === id));
    // A browser whose stream has ended connects again, and must be told to stop.
    const again = await fetch(`${edge.base}/v1/operations/${id}`, {
      headers: { accept: "text/event-stream", "last-event-id": id },
    });
    assert.equal(again.status, 204);
  });

  it("are cancelled by whoever may watch them", async () => {
    const { json } = await edge.ask("POST", "/v1/collections/notes:snapshot");
    const { id, state } = json as Shown;
    assert.equal(state, "running");
    assert.equal((await edge.ask("POST", `/v1/operations/${id}:cancel`)).status, 200);
    const watched = await fetch(`${edge.base}/v1/operations/${id}`, {
      headers: { accept: "text/event-stream" },
    });
    const last = JSON.parse(eventsOf(await watched.text()).at(-1)!.data) as Shown;
    assert.equal(last.state, "cancelled");
  });

  it("are started once for a repeated request with the same key", async () => {
    const key = { "idempotency-key": "nightly 1" };
    const ask = (): ReturnType<HttpEdge["ask"]> =>
      edge.ask("POST", "/v1/collections/notes:calibrate", { sample_count: 20 }, key);
    const [first, second] = [await ask(), await ask()];
    assert.equal((second.json as Shown).id, (first.json as Shown).id);
    const other = await edge.ask("POST", "/v1/collections/notes:calibrate", {});
    assert.notEqual((other.json as Shown).id, (first.json as Shown).id);
    for (const { json } of [first, other])
      await edge.ask("POST", `/v1/operations/${(json as Shown).id}:cancel`);
  });

  it("that are not there have a reason of their own", async () => {
    for (const [method, path] of [
      ["GET", "/v1/operations/none"],
      ["POST", "/v1/operations/none:cancel"],
    ] as const) {
      const { status, json } = await edge.ask(method, path);
      assert.deepEqual([status, (json as { reason: string }).reason], [404, "OPERATION_NOT_FOUND"]);
    }
    const wrong = await edge.ask("POST", "/v1/collections/none:optimize");
    assert.equal((wrong.json as { reason: string }).reason, "COLLECTION_NOT_FOUND");
  });
});
