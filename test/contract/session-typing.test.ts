// Somebody types into a session, quickly and with second thoughts.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

import { openAccess } from "../../src/access/access.js";
import { createClient } from "../../src/client/client.js";
import type { SessionUpdate } from "../../src/client/session.js";
import { createPrng } from "../../src/core/prng.js";
import type { EngineApi } from "../../src/engine/api.js";
import { startRpcServer } from "../../src/rpc/server.js";
import type { RpcServer } from "../../src/rpc/server.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, putAll } from "../support/notes.js";
import { seededDocuments } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 71, count: 150, dim });
const queryCount = 200;
/** Twenty a second. */
const keystrokeMs = 50;

interface Typing {
  readonly text?: string;
  readonly k?: number;
  readonly filter?: { readonly kind: "range"; readonly field: "number"; readonly atLeast: number };
  readonly budgetMs?: number;
}

/** A letter more, a few letters less, now and then another k, filter or budget for the same text. */
function typeQueries(): Typing[] {
  const prng = createPrng(72);
  const below = (end: number): number => Math.floor(prng.nextFloat() * end);
  const typed = documents.map(({ text }) => text).join(" ");
  let length = 1;
  return Array.from({ length: queryCount }, (_, i): Typing => {
    if (i > 0 && below(12) === 0) {
      if (below(3) === 0) return { k: 1 + below(30) };
      if (below(2) === 0) return { budgetMs: 20 + below(500) };
      return { filter: { kind: "range", field: "number", atLeast: below(100) } };
    }
    length = below(5) === 0 ? Math.max(1, length - 1 - below(4)) : length + 1;
    return { text: typed.slice(0, length) };
  });
}

describe("typing into a session", () => {
  const folder = useTemporaryFolder();
  let engine: InlineEngine;
  let server: RpcServer;
  let atWork = 0;
  let atWorkMax = 0;

  /** The engine, which counts the searches that are at work. */
  function counted(api: EngineApi): EngineApi {
    return {
      ...api,
      async *search(request, options) {
        atWork += 1;
        atWorkMax = Math.max(atWorkMax, atWork);
        try {
          yield* api.search(request, options);
        } finally {
          atWork -= 1;
        }
      },
    };
  }

  beforeEach(async () => {
    const search = { ...searchDefaults, minUpdateIntervalMs: 0, batchPassages: 20 };
    engine = await openInlineEngine(folder(), { flushBytes: 3_000, search });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    const ignore = (): void => undefined;
    server = await startRpcServer({
      access: openAccess(counted(engine.api)),
      logger: { error: ignore, warn: ignore },
      nowMs: Date.now,
      clock: () => performance.now(),
      host: "127.0.0.1",
      port: 0,
    });
    server.setReady(true);
  });
  afterEach(async () => {
    await server.stop(1000);
    await engine.close();
  });

  it("gets updates in order, the last query's to the end, with one search at work at a time", async () => {
    const client = createClient({
      address: `127.0.0.1:${server.port}`,
      nowMs: Date.now,
      random: () => 0.5,
      checkContract: true,
    });
    const session = client.session();
    const seen: SessionUpdate[] = [];
    const reading = (async () => {
      for await (const update of session.updates) seen.push(update);
    })();
    for (const [i, asked] of typeQueries().entries()) {
      session.search(i === 0 ? { collection: "notes", ...asked } : asked);
      await pause(keystrokeMs);
    }
    session.end();
    await reading;
    const numbers = seen.map(({ queryNumber }) => queryNumber);
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
    const last = seen.at(-1)!;
    assert.equal(last.queryNumber, queryCount);
    assert.equal(last.update.final, true);
    // Most keystrokes leave time enough for an answer of their own.
    assert.ok(new Set(numbers).size > queryCount / 2, `${new Set(numbers).size} were answered`);
    assert.equal(atWorkMax, 1);
    assert.equal(atWork, 0);
    client.close();
  });
});
