// Random load on a server until it is killed: documents in streams, deletes, searches, maintenance.

import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { SluiceClientError } from "../../src/client/client-error.js";
import type { SluiceClient } from "../../src/client/client.js";
import type { Document, FieldValue } from "../../src/core/document.js";
import type { Prng } from "../../src/core/prng.js";
import { below } from "../support/seeded-corpus.js";
import type { Ledger, VersionCounter } from "./ledger.js";
import { pick } from "./ledger.js";

/** One collection under load. */
export interface Target {
  readonly name: string;
  readonly ledger: Ledger;
  readonly keyCount: number;
  /** Documents of one message at most. */
  readonly batchMax: number;
  readonly contentOf: (key: string, version: number) => Document;
  /** Finds nothing in particular; it is there to run beside the writes. */
  readonly query: Parameters<SluiceClient["search"]>[0];
}

/** A long call that may be under way when the server is killed. */
export interface MaintenanceCall {
  readonly name: string;
  run(client: SluiceClient, signal: AbortSignal): Promise<void>;
}

export interface LoadOptions {
  readonly client: SluiceClient;
  readonly targets: readonly Target[];
  readonly prng: Prng;
  readonly versions: VersionCounter;
  readonly maintenance: readonly MaintenanceCall[];
  /** Called at each acknowledged write, with their number so far. */
  readonly onAck: (count: number) => void;
  readonly onMaintenance: (name: string) => void;
}

export interface Load {
  readonly acknowledgedCount: number;
  /** Names of maintenance calls and deletes by filter that are not answered. */
  readonly underWay: ReadonlySet<string>;
  /** The server is dead: ends every call. Throws what went wrong before, other than its death. */
  end(): Promise<void>;
}

export function startLoad(options: LoadOptions): Load {
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(64, signal);
  const underWay = new Set<string>();
  const failures: unknown[] = [];
  let acknowledgedCount = 0;
  const context: Context = {
    ...options,
    signal,
    underWay,
    acknowledged(count) {
      for (let i = 0; i < count; i += 1) {
        acknowledgedCount += 1;
        options.onAck(acknowledgedCount);
      }
    },
  };
  const watched = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      if (!isEnd(error, signal)) failures.push(error);
    });
  const loops = options.targets.flatMap((target) => [
    watched(ingestLoop(context, target)),
    watched(deleteLoop(context, target)),
    watched(deleteWhereLoop(context, target)),
    watched(searchLoop(context, target)),
  ]);
  loops.push(watched(maintenanceLoop(context)));
  return {
    get acknowledgedCount() {
      return acknowledgedCount;
    },
    underWay,
    async end() {
      controller.abort();
      await Promise.all(loops);
      if (failures.length > 0) throw failures[0] as Error;
    },
  };
}

interface Context extends LoadOptions {
  readonly signal: AbortSignal;
  readonly underWay: Set<string>;
  acknowledged(count: number): void;
}

/** The server's death, or the end of the load: UNAVAILABLE, CANCELLED, or a stream that broke. */
function isEnd(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted) return true;
  return error instanceof SluiceClientError && endStatuses.has(error.status);
}

const endStatuses: ReadonlySet<string> = new Set(["UNAVAILABLE", "CANCELLED", "INTERNAL"]);

/** Streams of some hundred documents, one after another. */
async function ingestLoop(context: Context, target: Target): Promise<void> {
  const { client, prng, signal } = context;
  const { ledger } = target;
  while (!signal.aborted) {
    const count = 1 + below(prng, 300);
    await client.ingest(target.name, documentsOf(context, target, count), {
      signal,
      batchDocumentsMax: 1 + below(prng, target.batchMax),
      onAck({ key }) {
        ledger.acknowledge(key);
        context.acknowledged(1);
      },
      onError({ key, message }) {
        throw new Error(`document "${key}" was refused: ${message}`);
      },
    });
  }
}

async function* documentsOf(
  context: Context,
  { ledger, keyCount, contentOf }: Target,
  count: number,
): AsyncGenerator<Document, void, void> {
  const { prng, versions, signal } = context;
  // A stream refuses a key that it has had already.
  const used = new Set<string>();
  for (let i = 0; i < count && !signal.aborted; i += 1) {
    // The event loop must turn, or no answer would ever be read.
    if (i % 8 === 0) await sleep(1, undefined, { signal });
    const key = `key ${below(prng, keyCount)}`;
    if (used.has(key) || ledger.isPending(key)) continue;
    used.add(key);
    const version = versions.next();
    ledger.begin(key, version);
    yield contentOf(key, version);
  }
}

async function deleteLoop(context: Context, { name, ledger, keyCount }: Target): Promise<void> {
  const { client, prng, signal } = context;
  while (!signal.aborted) {
    await sleep(below(prng, 40), undefined, { signal });
    const drawn = Array.from({ length: 1 + below(prng, 6) }, () => `key ${below(prng, keyCount)}`);
    const keys = [...new Set(drawn)].filter((key) => !ledger.isPending(key));
    if (keys.length === 0) continue;
    for (const key of keys) ledger.begin(key, undefined);
    await client.delete(name, keys, { signal });
    for (const key of keys) ledger.acknowledge(key);
    context.acknowledged(keys.length);
  }
}

/** Documents of a group are deleted by filter. */
export function groupOf(key: string): FieldValue {
  return { kind: "integer", value: BigInt(Number(key.split(" ")[1]) % groupCount) };
}

const groupCount = 40;

async function deleteWhereLoop(
  context: Context,
  { name, ledger, keyCount }: Target,
): Promise<void> {
  const { client, prng, signal, underWay } = context;
  while (!signal.aborted) {
    await sleep(below(prng, 120), undefined, { signal });
    const group = below(prng, groupCount);
    const keys: string[] = [];
    for (let i = group; i < keyCount; i += groupCount) keys.push(`key ${i}`);
    if (keys.some((key) => ledger.isPending(key))) continue;
    for (const key of keys) ledger.begin(key, undefined);
    const values = [groupOf(`key ${group}`)];
    underWay.add("delete by filter");
    await client.deleteWhere(name, { kind: "any_of", field: "group", values }, { signal });
    underWay.delete("delete by filter");
    for (const key of keys) ledger.acknowledge(key);
    context.acknowledged(keys.length);
  }
}

async function searchLoop({ client, prng, signal }: Context, { query }: Target): Promise<void> {
  while (!signal.aborted) {
    await client.searchFinal(query, { signal });
    await sleep(below(prng, 30), undefined, { signal });
  }
}

async function maintenanceLoop(context: Context): Promise<void> {
  const { client, prng, signal, maintenance, underWay } = context;
  while (!signal.aborted && maintenance.length > 0) {
    await sleep(below(prng, 150), undefined, { signal });
    const call = pick(maintenance, prng.nextFloat());
    underWay.add(call.name);
    const running = call.run(client, signal);
    context.onMaintenance(call.name);
    await running;
    underWay.delete(call.name);
  }
}
