// A document of a megabyte of text: cut into passages, found by any of them, within bounded memory.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { createPrng } from "../../src/core/prng.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { embeddedModelFolder, tinyGraph, writeTinyModel } from "../support/model-folders.js";
import { endServersAfterEach, startServerProcess } from "../support/server-process.js";

const dim = 1024;
const words = [
  "river",
  "gravel",
  "canal",
  "boat",
  "stone",
  "mill",
  "bank",
  "spring",
  "water",
  "lock",
];

/** A megabyte of sentences, one of them unlike the others. */
function longText(): { readonly text: string; readonly needle: string } {
  const prng = createPrng(5);
  const needle = "Nobody expected the heron to guard the violet turbine.";
  const sentences: string[] = [];
  let length = 0;
  while (length < 1024 * 1024) {
    const picked = Array.from({ length: 12 }, () => words[Math.floor(10 * prng.nextFloat())]);
    const sentence =
      length > 600_000 && !sentences.includes(needle) ? needle : `The ${picked.join(" ")}.`;
    sentences.push(sentence);
    length += sentence.length + 1;
  }
  return { text: sentences.join(" "), needle };
}

function peakMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1024;
}

describe("a document of a megabyte", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("is found by its best passage, and takes bounded memory to encode", async () => {
    const models = join(folder(), "models");
    mkdirSync(models);
    symlinkSync(embeddedModelFolder, join(models, "bge-small-en-v1.5-late"));
    const passage = { maxTokens: 320, prefix: "", overlapTokens: 64, skipTokenIds: [] };
    const about = { passage, positionLimit: 512 };
    await writeTinyModel(join(models, "wide"), { ...tinyGraph, dim }, about);
    const flags = ["--models-folder", models];
    const server = await startServerProcess({ data: join(folder(), "data"), flags });
    const { client } = server;
    await client.collections.create({ name: "notes", modelName: "wide", bits: 1, sketchBits: 1 });
    const small = { key: "small", title: "", text: "A short note.", fields: new Map() };
    await client.ingest("notes", [small]);
    const before = peakMiB(server.pid);
    const { text, needle } = longText();
    const report = await client.ingest("notes", [
      { key: "long", title: "Waters", text, fields: new Map() },
    ]);
    assert.equal(report.failedCount, 0);
    const { passageCount, tokenCount } = await client.collections.describe("notes");
    assert.ok(passageCount > 500, `${passageCount} passages`);
    // As floats the rows alone would be several times as much.
    const rowsMiB = (tokenCount * dim * 4) / 1024 / 1024;
    assert.ok(rowsMiB > 700, `${rowsMiB}`);
    const grown = peakMiB(server.pid) - before;
    assert.ok(grown < 350, `the server grew by ${grown} MiB`);

    const query = "heron guard the violet turbine";
    const { hits } = await client.searchFinal({ collection: "notes", text: query });
    assert.equal(hits[0]?.key, "long");
    const { span, passageNumber } = hits[0];
    assert.ok(text.slice(span.start, span.end).includes(needle));
    assert.ok(passageNumber > 100 && span.end - span.start < 4000);
  });
});
