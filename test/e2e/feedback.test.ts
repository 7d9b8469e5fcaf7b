// Feedback to a real server: kept through a kill, refused when it is wrong.

import assert from "node:assert/strict";
import { join } from "node:path";

import type { ClientFeedback } from "../../src/client/feedback.js";
import type { SluiceClient } from "../../src/client/client.js";
import type { RecordedFeedback } from "../../src/core/feedback.js";
import { limits } from "../../src/core/limits.js";
import { runProgram } from "../support/program.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { seededDocuments } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess } from "../support/server-process.js";

const dim = 16;
const documents = seededDocuments({ seed: 71, count: 3, dim });
const known = documents[0]!.key;
const click: ClientFeedback = { queryText: "streams", key: known, kind: "click", rank: 1 };

async function all(client: SluiceClient, sinceMs?: number): Promise<RecordedFeedback[]> {
  const events: RecordedFeedback[] = [];
  for await (const event of client.feedback("notes", { sinceMs })) events.push(event);
  return events;
}

describe("feedback to a server", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("is there after the server was killed", async () => {
    const server = await startServerProcess({ data: folder(), flags: [] });
    const { client } = server;
    await client.collections.create({ name: "notes", dim });
    await client.ingest("notes", documents);
    const full: ClientFeedback = {
      ...click,
      eventId: "e1",
      generation: 4,
      score: -0.25,
      stage: "late_interaction",
      certificate: "exact",
    };
    const sent: ClientFeedback[] = [
      full,
      { ...click, kind: "relevant" },
      { ...click, kind: "not_relevant", key: "gone" },
      { ...click, kind: "copied" },
      { ...click, kind: "dwell", dwellMs: 31_000, rank: 0 },
    ];
    for (const [i, event] of sent.entries())
      assert.deepEqual(await client.sendFeedback("notes", event), {
        isRepeated: false,
        isUnknownKey: i === 2,
      });
    server.kill("SIGKILL");
    await server.ended;

    const again = await startServerProcess({ data: folder(), flags: [] });
    assert.equal((await again.client.sendFeedback("notes", full)).isRepeated, true);
    const events = await all(again.client);
    assert.deepEqual(
      events.map(({ sequence, timeMs, ...told }) => {
        assert.ok(timeMs > 0);
        return [sequence, told];
      }),
      sent.map((event, i) => [
        i + 1,
        { dwellMs: 0, generation: 0, eventId: "", rank: 0, ...event },
      ]),
    );
    assert.deepEqual(await all(again.client, events.at(-1)!.timeMs + 1), []);

    const { snapshots } = again.client.collections;
    await snapshots.take("notes", { name: "kept" });
    await again.client.collections.drop("notes");
    await snapshots.restore("kept");
    assert.deepEqual(await all(again.client), events);
  });

  it("is bounded, and the names of dropped events are free again", async () => {
    const flags = ["--feedback-events-max", "3"];
    const { client } = await startServerProcess({ data: folder(), flags });
    await client.collections.create({ name: "notes", dim });
    for (const eventId of ["a", "b", "c", "d", "a"])
      assert.equal((await client.sendFeedback("notes", { ...click, eventId })).isRepeated, false);
    assert.deepEqual(
      (await all(client)).map(({ sequence, eventId }) => [sequence, eventId]),
      [
        [3, "c"],
        [4, "d"],
        [5, "a"],
      ],
    );
  });

  it("comes over HTTP, too, and is refused there by name of the field", async () => {
    const { client, url } = await startServerProcess({ data: folder(), flags: [] });
    await client.collections.create({ name: "notes", dim });
    await client.ingest("notes", documents);
    const send = async (body: object): Promise<[number, unknown]> => {
      const response = await fetch(`${url}/v1/feedback`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ collection: "notes", query_text: "q", key: known, ...body }),
      });
      return [response.status, await response.json()];
    };
    const dwell = { kind: "dwell", dwell_ms: 40_000, rank: 3, event_id: "e", stage: "lexical" };
    assert.deepEqual(await send(dwell), [200, { is_repeated: false, is_unknown_key: false }]);
    assert.deepEqual(await send(dwell), [200, { is_repeated: true, is_unknown_key: false }]);
    const [event, ...more] = await all(client);
    assert.deepEqual(more, []);
    assert.deepEqual([event?.dwellMs, event?.rank, event?.stage], [40_000, 3, "lexical"]);
    for (const [body, field] of [
      [{ kind: "liked" }, "kind"],
      [{ kind: "click", dwell_ms: 5 }, "dwell_ms"],
      [{ kind: "dwell" }, "dwell_ms"],
      [{ kind: "click", key: "" }, "key"],
      [{ kind: "click", query_text: " " }, "query_text"],
      [{ kind: "click", rank: -1 }, "rank"],
      [{ kind: "click", event_id: "é".repeat(65) }, "event_id"],
    ] as const) {
      const [status, answer] = await send(body);
      assert.equal(status, 400);
      assert.equal((answer as { field: string }).field, field);
    }
    const [status] = await send({ collection: "none", kind: "click" });
    assert.equal(status, 404);
    assert.equal((await all(client)).length, 1);
  });

  it("becomes judgments that an evaluation reads, and estimates", async () => {
    const { client, address } = await startServerProcess({ data: folder(), flags: [] });
    await client.collections.create({ name: "notes" });
    const texts = documents.map(({ key, title, text }) => ({
      key,
      title,
      text,
      fields: new Map(),
    }));
    await client.ingest("notes", texts);
    const at = ["--server", address];
    const judged = join(folder(), "judged");
    await assert.rejects(
      runProgram(["feedback", "export", "notes", "--qrels", judged, ...at]),
      /none of 0 events says/,
    );
    for (const { key, text } of texts)
      await client.sendFeedback("notes", { queryText: text.slice(0, 40), key, kind: "click" });
    const lines = (await runProgram(["feedback", "export", "notes", ...at])).trim().split("\n");
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as RecordedFeedback).key),
      texts.map(({ key }) => key),
    );
    const told = await runProgram(["feedback", "export", "notes", "--qrels", judged, ...at]);
    assert.equal(told, "3 judgments of 3 queries from 3 events\n");
    const evaluate = ["eval", "--data", judged, "--collection", "notes", "--skip-ingest", "--json"];
    const { queries, mrr10 } = JSON.parse(await runProgram([...evaluate, ...at])) as {
      queries: number;
      mrr10: number;
    };
    assert.deepEqual([queries, mrr10], [3, 1]);

    const estimate = ["feedback", "estimate", "notes", "--lexical-weight", "0", "--json", ...at];
    await assert.rejects(runProgram(estimate), /no event is a click at a known rank/);
    await client.sendFeedback("notes", { ...click, queryText: texts[0]!.text, rank: 2 });
    const { baseline, difference } = JSON.parse(await runProgram(estimate)) as {
      baseline: number;
      difference: number;
    };
    assert.deepEqual([baseline, difference], [2, 0]);
  });

  it("tells when queries change", async () => {
    const { client, address } = await startServerProcess({ data: folder(), flags: [] });
    await client.collections.create({ name: "notes", dim });
    const drift = ["feedback", "drift", "notes", "--server", address];
    await assert.rejects(runProgram(drift), /0 events of the reference and 0 current ones are too/);
    for (let i = 0; i < 40; i += 1)
      await client.sendFeedback("notes", { ...click, queryText: `streams ${i}` });
    const between = new Date().toISOString();
    for (let i = 0; i < 40; i += 1) {
      const queryText = `how are taxes and duties of a weir paid ${i}`;
      await client.sendFeedback("notes", { ...click, queryText });
    }
    const windows = [
      "--reference",
      `2020-01-01..${between}`,
      "--current",
      `${between}..2100-01-01`,
    ];
    const report = await runProgram([...drift, ...windows]);
    assert.match(report, /^words a query .* drifted \(40, 40\)$/m);
    assert.match(report, /^rank of clicks .* same \(40, 40\)$/m);
    assert.match(
      report,
      /drifted: words a query, terms of queries. Evaluate again: sluice feedback/,
    );
  });

  it("is refused when it is wrong", async () => {
    const { client } = await startServerProcess({ data: folder(), flags: [] });
    await client.collections.create({ name: "notes", dim });
    const wrong: readonly [Partial<ClientFeedback>, RegExp, string][] = [
      [{ queryText: " " }, /query_text is empty/, "INVALID_FIELD"],
      [{ queryText: "x".repeat(limits.queryBytesMax + 1) }, /query_text has/, "INVALID_TEXT"],
      [{ key: "" }, /key is empty/, "INVALID_KEY"],
      [{ rank: 1001 }, /rank is 1001/, "INVALID_FIELD"],
      [{ kind: "dwell" }, /dwell_ms is 0/, "INVALID_FIELD"],
      [{ dwellMs: 5 }, /dwell_ms is 5, and the kind is click/, "INVALID_FIELD"],
      [{ score: NaN }, /score is NaN/, "INVALID_FIELD"],
      [{ eventId: "x".repeat(129) }, /event_id has 129 bytes/, "INVALID_FIELD"],
      [{ kind: "unspecified" as "click" }, /kind is missing/, "INVALID_FIELD"],
    ];
    for (const [part, message, reason] of wrong)
      await assert.rejects(client.sendFeedback("notes", { ...click, ...part }), {
        message,
        reason,
      });
    await assert.rejects(client.sendFeedback("none", click), { reason: "COLLECTION_NOT_FOUND" });
    await assert.rejects(client.feedback("none").next(), { reason: "COLLECTION_NOT_FOUND" });
    assert.deepEqual(await all(client), []);
  });
});
