// What an agent is told of a search that its time limit has cut, over the HTTP port.

import assert from "node:assert/strict";
import type { Client } from "@modelcontextprotocol/client";
import { hit, update, updates } from "../../support/edge-engine.js";
import { startHttpEdge } from "../../support/http-edge.js";
import type { HttpEdge } from "../../support/http-edge.js";
import { callTool, connectHttp } from "../../support/mcp-clients.js";

const asked = { collection: "notes", query: "boats" };
const hits = ["a", "b", "c"].map((key, i) => hit(key, { rank: i + 1 }));
const cut = {
  reason: "BUDGET_EXHAUSTED",
  message: "time ran out",
  stages: ["late_interaction"],
} as const;

describe("searches of agents", () => {
  let edge: HttpEdge;
  let client: Client;

  before(async () => {
    edge = await startHttpEdge();
    client = await connectHttp(edge.base, "modern");
  });

  after(async () => {
    await client.close();
    await edge.server.stop(0);
  });

  it("tell the hits that were settled before the time ran out", async () => {
    const before = update({ hits, settledCount: 1 });
    const last = update({ hits, final: true, settledCount: 3, degradations: [cut] });
    edge.engine.script = () => updates([before, last]);
    const { content } = await callTool(client, "search", asked);
    assert.deepEqual(
      [content["complete"], content["settled_count"], content["degradations"]],
      [false, 1, [{ reason: cut.reason, message: cut.message }]],
    );
  });

  it("tell all hits as settled when nothing was left undone", async () => {
    const reduced = { ...cut, reason: "PRESSURE_REDUCED", stages: [] } as const;
    const last = update({ hits, final: true, settledCount: 3, degradations: [reduced] });
    edge.engine.script = () => updates([update({ hits }), last]);
    const { content } = await callTool(client, "search", asked);
    assert.deepEqual([content["complete"], content["settled_count"]], [true, 3]);
  });

  it("count the leading hits that refining has left unchanged", async () => {
    edge.engine.script = () => updates([update({ hits, final: true })]);
    const { content } = await callTool(client, "search", asked);
    edge.engine.script = () => updates([update({ hits: [hits[0]!, hits[2]!], final: true })]);
    const refined = await callTool(client, "refine", { handle: content["handle"] });
    assert.equal(refined.content["unchanged_count"], 1);
  });

  it("keep failures of the server to its log", async () => {
    edge.engine.script = () => {
      throw new Error("secret of the server");
    };
    const { isError, text } = await callTool(client, "search", asked);
    assert.equal(isError, true);
    assert.match(text, /^INTERNAL: unexpected failure\./);
    assert.equal(edge.log.length, 1);
  });
});
