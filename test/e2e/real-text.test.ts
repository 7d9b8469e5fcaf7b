// Text through the real model, over real sockets, and again after a restart.

import assert from "node:assert/strict";

import { Client, credentials } from "@grpc/grpc-js";

import type { Document } from "../../src/core/document.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import type { SluiceClient } from "../../src/client/client.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { GrpcReflection } from "../support/reflection-client.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import { collect } from "../support/stream-contract.js";

const facts: readonly (readonly [key: string, title: string, text: string])[] = [
  ["whale", "Blue whale", "The largest animal that has ever lived swims in every ocean."],
  ["bread", "Sourdough", "Flour, water and salt; wild yeast makes the dough rise overnight."],
  ["moon", "The Moon", "It turns around the Earth once a month and pulls the tides."],
  ["violin", "Violin", "Four strings tuned in fifths, played with a bow of horsehair."],
  ["lines", "readline", "Reads a file or a stream one line at a time, as an async iterator."],
  ["glacier", "Glacier", "Snow that is pressed to ice over centuries flows down the valley."],
  ["chess", "Chess", "Two players move sixteen pieces each; the king must not be taken."],
  ["photosynthesis", "Leaves", "Plants make sugar from light, water and carbon dioxide."],
  ["volcano", "Volcano", "Molten rock rises through a vent and builds a mountain of lava."],
  ["marathon", "Marathon", "A race of forty-two kilometres, run since the games of 1896."],
];
const documents = facts.map(([key, title, text], i): Document => {
  const fields: Document["fields"] = new Map([["number", { kind: "integer", value: BigInt(i) }]]);
  return { key, title, text, fields };
});
const questions = [
  ["how do I read a file line by line", "lines"],
  ["which mammal is the biggest", "whale"],
  ["what makes the tides rise and fall", "moon"],
  ["baking without bought yeast", "bread"],
] as const;

describe("a server with the embedded model", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("finds what is asked for, over gRPC and HTTP, before and after a restart", async () => {
    const first = await startServerProcess({ data: folder() });
    await first.client.collections.create({ name: "facts" });
    const summary = await first.client.ingest("facts", documents);
    assert.deepEqual([summary.acknowledgedCount, summary.failedCount], [documents.length, 0]);
    const before = await answersOf(first.client);
    for (const [i, [, key]] of questions.entries()) assert.equal(before[i]?.hits[0]?.key, key);
    await checkHttp(first.url, before[0]!);
    await checkHealth(first.address, first.client);
    await stopServer(first);

    const second = await startServerProcess({ data: folder() });
    const { documents: found, missingKeys } = await second.client.get(
      "facts",
      facts.map(([key]) => key),
    );
    assert.deepEqual(missingKeys, []);
    for (const [i, { title, text, fields }] of found.entries())
      assert.deepEqual({ title, text, fields }, pick(documents[i]!));
    assert.deepEqual(hitsOf(await answersOf(second.client)), hitsOf(before));
    await checkLongQuery(second.client);
    await stopServer(second);
  });
});

function pick({ title, text, fields }: Document): Omit<Document, "key"> {
  return { title, text, fields };
}

async function answersOf(client: SluiceClient): Promise<SearchUpdate[]> {
  const finals: SearchUpdate[] = [];
  for (const [text] of questions) {
    const updates = await searchChecked(client, { collection: "facts", text, k: 5 });
    const final = updates.at(-1)!;
    assert.equal(final.certificate, "exact");
    assert.deepEqual(final.degradations, []);
    finals.push(final);
  }
  return finals;
}

/** A query of some hundred tokens is read whole; a longer one says from which character on not. */
async function checkLongQuery(client: SluiceClient): Promise<void> {
  const said = "what was said before about questions of this kind ";
  const whole = await searchChecked(client, { collection: "facts", text: said.repeat(40) });
  assert.deepEqual(whole.at(-1)?.degradations, []);
  // Several texts share the rows that a query may have.
  const otherQueries = [{ text: said.repeat(40) }, { text: "an axolotl" }];
  const shared = { collection: "facts", text: said.repeat(40), otherQueries };
  const [halved] = (await searchChecked(client, shared)).at(-1)!.degradations;
  assert.equal(halved?.reason, "QUERY_CUT");
  const invisible = await searchChecked(client, { collection: "facts", text: "\u200b\u0007" });
  assert.equal(invisible.at(-1)!.degradations[0]?.reason, "NO_QUERY_VECTORS");
  const text = `${said.repeat(80)}axolotl`;
  const final = (await searchChecked(client, { collection: "facts", text })).at(-1)!;
  const [cut, ...others] = final.degradations;
  assert.deepEqual(others, []);
  const [, characters] = /reads the first (\d+) characters/.exec(cut?.message ?? "") ?? [];
  assert.equal(cut?.reason, "QUERY_CUT");
  assert.ok(Number(characters) > said.length * 50 && Number(characters) < text.length, cut.message);
}

function searchChecked(client: SluiceClient, request: SearchRequest): Promise<SearchUpdate[]> {
  return collect(client.search(request), { k: request.k ?? 10 });
}

function hitsOf(updates: readonly SearchUpdate[]): unknown[] {
  return updates.map(({ hits }) => hits);
}

/** The event stream ends with the ranking that gRPC gave, and the health paths say yes. */
async function checkHttp(url: string, expected: SearchUpdate): Promise<void> {
  const query = new URLSearchParams({ collection: "facts", q: questions[0][0], k: "5" });
  const response = await fetch(`${url}/v1/search?${query.toString()}`, {
    headers: { accept: "text/event-stream" },
  });
  assert.equal(response.status, 200);
  const text = await response.text();
  const updates = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => {
    return JSON.parse(json!) as { hits: { key: string; score: number }[]; final: boolean };
  });
  assert.deepEqual(
    updates.map(({ final }) => final),
    updates.map((_, i) => i === updates.length - 1),
  );
  assert.deepEqual(
    updates.at(-1)?.hits.map(({ key, score }) => [key, score]),
    expected.hits.map(({ key, score }) => [key, score]),
  );
  for (const path of ["/livez", "/readyz"]) assert.equal((await fetch(url + path)).status, 200);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /sluice_/);
}

async function checkHealth(address: string, client: SluiceClient): Promise<void> {
  assert.equal(await client.health(), "SERVING");
  const channel = new Client(address, credentials.createInsecure());
  try {
    const services = await new GrpcReflection(channel).listServices();
    for (const name of [
      "SearchService",
      "DocumentService",
      "CollectionService",
      "OperationService",
    ])
      assert.ok(services.includes(`sluice.v1.${name}`), services.join());
  } finally {
    channel.close();
  }
}
