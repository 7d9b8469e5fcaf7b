// Search as you type over HTTP: a stream of events, and a request for each query.

import assert from "node:assert/strict";

import { startHttpEdge } from "../../support/http-edge.js";
import type { HttpEdge } from "../../support/http-edge.js";
import { eventsOf } from "../../support/server-events.js";
import type { ServerEvent } from "../../support/server-events.js";
import { update, updates } from "../../support/edge-engine.js";
import type { SearchRequest } from "../../../src/contract/search-request.js";

describe("sessions over HTTP", () => {
  let edge: HttpEdge;
  let asked: SearchRequest[];
  before(async () => {
    edge = await startHttpEdge();
  });
  beforeEach(() => {
    asked = [];
    edge.engine.script = (request) => {
      asked.push(request);
      return updates([update(), update({ final: true })]);
    };
  });
  after(() => edge.server.stop(100));

  const search = { collection: "notes", query: "gol", k: 3 };

  it("answer the newest query, keep what it does not set, and end with their caller", async () => {
    const stream = await openStream(edge);
    const id = await stream.id();
    const first = await edge.ask("POST", `/v1/sessions/${id}`, { query_number: 1, search });
    assert.equal(first.status, 204, JSON.stringify(first.json));
    await stream.until(({ event }) => event === "final");
    const next = { query_number: 2, search: { query: "gold" } };
    assert.equal((await edge.ask("POST", `/v1/sessions/${id}`, next)).status, 204);
    const last = await stream.until(({ event, id: name }) => event === "final" && name[0] === "2");
    assert.equal((JSON.parse(last.data) as { query_number: number }).query_number, 2);
    assert.deepEqual(
      asked.map(({ collection, text, k, lastWordBegins }) => [collection, text, k, lastWordBegins]),
      [
        ["notes", "gol", 3, true],
        ["notes", "gold", 3, true],
      ],
    );
    assert.equal((await edge.ask("DELETE", `/v1/sessions/${id}`)).status, 204);
    await stream.ended();
    const { status, json } = await edge.ask("POST", `/v1/sessions/${id}`, next);
    assert.deepEqual([status, (json as { reason: string }).reason], [404, "SESSION_NOT_FOUND"]);
  });

  it("go on after a wrong query, which its own request tells", async () => {
    const stream = await openStream(edge);
    const path = `/v1/sessions/${await stream.id()}`;
    for (const wrong of [
      { query_number: 1 },
      { query_number: 0, search },
      { query_number: 1, search: { ...search, k: 0 } },
      { query_number: 1, search: { query: "no collection" } },
    ])
      assert.equal((await edge.ask("POST", path, wrong)).status, 400, JSON.stringify(wrong));
    assert.equal((await edge.ask("POST", path, { query_number: 1, search })).status, 204);
    assert.equal((await edge.ask("POST", path, { query_number: 1, search })).status, 400);
    await stream.until(({ event }) => event === "final");
    stream.leave();
  });
});

interface SessionStream {
  /** Of the session, from its first event. */
  id(): Promise<string>;
  until(isWanted: (event: ServerEvent) => boolean): Promise<ServerEvent>;
  ended(): Promise<void>;
  leave(): void;
}

async function openStream({ base }: HttpEdge): Promise<SessionStream> {
  const controller = new AbortController();
  const response = await fetch(`${base}/v1/sessions`, { signal: controller.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const until: SessionStream["until"] = async (isWanted) => {
    for (;;) {
      const whole = text.slice(0, text.lastIndexOf("\n\n") + 2);
      const found = eventsOf(whole).find(isWanted);
      if (found !== undefined) return found;
      const { value, done } = await reader.read();
      assert.ok(!done, `the stream ended: ${text}`);
      text += value;
    }
  };
  return {
    until,
    async id() {
      const { data } = await until(({ event }) => event === "session");
      return (JSON.parse(data) as { readonly session: string }).session;
    },
    async ended() {
      while (!(await reader.read()).done);
    },
    leave: () => controller.abort(),
  };
}
