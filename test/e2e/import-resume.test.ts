// An import that is interrupted goes on from its checkpoint.

import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CliContext } from "../../src/cli/context.js";
import { createContext } from "../../src/cli/context.js";
import { openCheckpoint } from "../../src/importers/checkpoint.js";
import type { Checkpoint } from "../../src/importers/checkpoint.js";
import { openDocumentInput } from "../../src/cli/document-input.js";
import { ingestWithProgress } from "../../src/cli/ingest-documents.js";
import type { IngestReport } from "../../src/cli/ingest-documents.js";
import type { SluiceClient } from "../../src/client/client.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { runProgram } from "../support/program.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";

const dim = 16;
const documentCount = 4000;

describe("an import with a checkpoint", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  /** Two files; every thousandth line is faulty. */
  const writeFiles = (): string[] =>
    ["a.jsonl", "b.jsonl"].map((name, file) => {
      const path = join(folder(), name);
      const lines = Array.from({ length: documentCount / 2 }, (_, i) =>
        i % 1000 === 999 ? "{" : documentLine(`${file}-${i}`),
      );
      writeFileSync(path, `${lines.join("\n")}\n`);
      return path;
    });

  const run = async (
    client: SluiceClient,
    paths: readonly string[],
    context: CliContext,
    onPosition: (checkpoint: Checkpoint) => void,
  ): Promise<IngestReport> => {
    const input = await openDocumentInput(paths);
    const { files } = input;
    const path = join(folder(), "checkpoint.json");
    const options = { collection: "notes", files, options: {}, nowMs: context.nowMs };
    const checkpoint = openCheckpoint(path, options);
    return ingestWithProgress(context, {
      client,
      collection: "notes",
      label: "ingest",
      bytesTotal: input.byteCount,
      from: checkpoint.from,
      onPosition: (position, when) => {
        checkpoint.save(position, when);
        onPosition(checkpoint);
      },
      read: (events) => input.read(events, checkpoint.from),
    });
  };

  it("sends nothing twice that was answered before the interruption, and loses nothing", async () => {
    const server = await startServerProcess({ data: join(folder(), "data") });
    const { client } = server;
    await client.collections.create({ name: "notes", dim });
    const paths = writeFiles();
    const interruption = new AbortController();
    let answers = 0;
    const first = run(client, paths, silent(interruption.signal), () => {
      answers += 1;
      if (answers === 2500) interruption.abort();
    });
    await assert.rejects(first);

    const report = await run(client, paths, silent(new AbortController().signal), () => undefined);
    const { documentCount: stored } = await client.collections.describe("notes");
    assert.equal(stored, documentCount - 4);
    assert.ok(report.acceptedCount <= 2000, `${report.acceptedCount} were sent again`);
    assert.deepEqual(
      report.refusals.map(({ message, first: places }) => [message, places.length > 0]),
      [["is not valid JSON", true]],
    );
    await stopServer(server);
  });

  it("refuses a checkpoint of another import, and removes its own at the end", async () => {
    const server = await startServerProcess({ data: join(folder(), "data") });
    await server.client.collections.create({ name: "notes", dim });
    const path = join(folder(), "c.jsonl");
    writeFileSync(path, `${documentLine("a")}\n`);
    const checkpoint = join(folder(), "checkpoint.json");
    const ingest = (...flags: string[]): Promise<string> =>
      runProgram(["ingest", "notes", path, "--server", server.address, ...flags]);
    await ingest("--checkpoint", checkpoint);
    assert.ok(!existsSync(checkpoint));

    const { files } = await openDocumentInput([path]);
    const identity = { collection: "notes", files, options: {}, nowMs: () => 0 };
    openCheckpoint(checkpoint, identity).save({ file: 0, item: 1 }, { isLast: true });
    assert.throws(
      () => openCheckpoint(checkpoint, { ...identity, collection: "others" }),
      /an import with the collection notes/,
    );
    assert.throws(
      () => openCheckpoint(checkpoint, { ...identity, options: { key: "id" } }),
      /an import with other options/,
    );
    writeFileSync(path, `${documentLine("a")}\n${documentLine("b")}\n`);
    await assert.rejects(ingest("--checkpoint", checkpoint), /another state of .*c\.jsonl/);
    writeFileSync(checkpoint, "{}");
    await assert.rejects(ingest("--checkpoint", checkpoint), /is not a checkpoint/);
    await stopServer(server);
  });
});

function documentLine(key: string): string {
  const vectors = [Array.from({ length: dim }, (_, i) => (i === 0 ? 1 : 0))];
  return JSON.stringify({ key, text: "x", vectors });
}

function silent(interrupted: AbortSignal): CliContext {
  const context = createContext();
  const terminal = { ...context.err, isInteractive: false, write: () => undefined };
  return { ...context, err: terminal, interrupted, warn: () => undefined };
}
