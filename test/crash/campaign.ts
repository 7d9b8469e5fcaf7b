// The crash campaign: a real server under random load is killed at a random moment, again and again;
// after each start it must hold what it has acknowledged, and search it as a model in memory does.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { checkDataFolder } from "../../src/app/check.js";
import type { SluiceClient } from "../../src/client/client.js";
import type { Document } from "../../src/core/document.js";
import { createPrng } from "../../src/core/prng.js";
import type { Prng } from "../../src/core/prng.js";
import { openDataFolder } from "../../src/store/data-folder.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import { plainSearch } from "../support/plain-search.js";
import { below, seededQueries } from "../support/seeded-corpus.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";
import { createVersionCounter, pick } from "./ledger.js";
import { startLoad } from "./load.js";
import type { Load, MaintenanceCall } from "./load.js";
import { makeTargets } from "./targets.js";
import type { CrashTarget } from "./targets.js";

export interface CampaignOptions {
  readonly seed: number;
  readonly rounds: number;
  /** An empty folder. */
  readonly folder: string;
  /** Acknowledged writes before a kill on a slow machine, where the chosen number takes too long. */
  readonly acksMin?: number | undefined;
  readonly onRound?: ((round: number, report: CampaignReport) => void) | undefined;
  /** Called on the dead server's data folder before it is started again: for controls. */
  readonly tamper?: ((round: number, campaign: Tampering) => void | Promise<void>) | undefined;
}

export interface Tampering {
  readonly data: string;
  readonly targets: readonly CrashTarget[];
}

export interface CampaignReport {
  readonly seed: number;
  rounds: number;
  acknowledged: number;
  /** Acknowledged writes that were gone, and deletes that were undone: each ends the campaign. */
  lost: number;
  /** Writes under way at a kill: found whole afterwards, and not at all. */
  happened: number;
  absent: number;
  searchesCompared: number;
  foldersChecked: number;
  /** Kills while it was under way: the writes between their commit and their ack, and so on. */
  readonly killedDuring: Record<string, number>;
}

/** The least that a server takes: a segment every hundred documents. */
const flushBytes = 65_536;
const searchesPerCheck = 3;

/** Throws at the first thing that is not as it must be. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { seed, rounds, folder, tamper } = options;
  const prng = createPrng(seed);
  const data = join(folder, "data");
  const models = join(folder, "models");
  mkdirSync(models);
  const targets = await makeTargets(models);
  const versions = createVersionCounter();
  const report = emptyReport(seed);
  let server = await start(data, models);
  try {
    for (const { create } of targets) await server.client.collections.create(create);
    for (let round = 0; round < rounds; round += 1) {
      const { acksMin } = options;
      const load = await loadAndKill(server, { prng, targets, versions, acksMin });
      noteKill(report, { load, targets });
      if (round % 2 === 0) await checkOffline(data, report);
      else await noteFlush(data, report);
      await tamper?.(round, { data, targets });
      server = await start(data, models);
      for (const target of targets) await checkContents(server.client, target, { prng, report });
      report.rounds += 1;
      options.onRound?.(round, report);
    }
    await stopServer(server);
    return report;
  } catch (error) {
    report.lost += 1;
    server.kill("SIGKILL");
    await server.ended;
    throw error;
  }
}

function emptyReport(seed: number): CampaignReport {
  return {
    seed,
    rounds: 0,
    acknowledged: 0,
    lost: 0,
    happened: 0,
    absent: 0,
    searchesCompared: 0,
    foldersChecked: 0,
    killedDuring: {},
  };
}

function start(data: string, models: string): Promise<ServerProcess> {
  const flags = [
    ...["--models-folder", models, "--default-model", "tiny"],
    ...["--ingest-flush-bytes", String(flushBytes)],
    // One thread each starts quickest.
    ...["--scoring-workers", "1", "--encoding-workers", "1"],
  ];
  return startServerProcess({ data, flags });
}

/** Acknowledged writes without which a kill proves nothing. */
const acksMinDefault = 20;

const moments = ["ack", "later", "maintenance"] as const;

/** Kills the server at some number of acks, some time after one, or within a maintenance call. */
async function loadAndKill(
  server: ServerProcess,
  by: {
    readonly prng: Prng;
    readonly targets: readonly CrashTarget[];
    readonly versions: ReturnType<typeof createVersionCounter>;
    readonly acksMin: number | undefined;
  },
): Promise<Load> {
  const { prng, acksMin = acksMinDefault } = by;
  const maintenance = maintenanceCalls(by.targets);
  const wanted = pick(moments, prng.nextFloat());
  const ackCount = 1 + below(prng, 600);
  const laterMs = below(prng, 80);
  const kill = (): void => server.kill("SIGKILL");
  let acks = 0;
  // A load that is slow is killed all the same, as soon as there is something to lose.
  let isOverdue = false;
  const timer = setTimeout(() => {
    isOverdue = true;
    if (acks >= acksMin) kill();
  }, 3000);
  const load = startLoad({
    client: server.client,
    ...by,
    maintenance,
    onAck(count) {
      acks = count;
      if (isOverdue && count >= acksMin) kill();
      if (count !== ackCount) return;
      if (wanted === "ack") kill();
      if (wanted === "later") setTimeout(kill, laterMs);
    },
    onMaintenance() {
      if (wanted === "maintenance" && acks >= ackCount / 2) setTimeout(kill, laterMs / 2);
    },
  });
  assert.equal(await server.ended, "SIGKILL", "the server ended by itself");
  clearTimeout(timer);
  await load.end();
  return load;
}

function maintenanceCalls(targets: readonly CrashTarget[]): readonly MaintenanceCall[] {
  return targets.flatMap(({ name }) =>
    [false, true].map((full) => ({
      name: full ? "full merge" : "merge",
      async run({ collections }, signal): Promise<void> {
        const job = collections.optimize(name, { full, signal });
        while ((await job.next()).done !== true) continue;
      },
    })),
  );
}

function noteKill(
  report: CampaignReport,
  { load, targets }: { readonly load: Load; readonly targets: readonly CrashTarget[] },
): void {
  report.acknowledged += load.acknowledgedCount;
  if (targets.some(({ ledger }) => ledger.pendingCount > 0)) count(report, "writes");
  for (const name of load.underWay) count(report, name);
}

function count(report: CampaignReport, stage: string): void {
  report.killedDuring[stage] = (report.killedDuring[stage] ?? 0) + 1;
}

/** Every stored value against its checksum, and whether a flush was due when the server died. */
async function checkOffline(data: string, report: CampaignReport): Promise<void> {
  const { collections } = await checkDataFolder(data);
  assert.deepEqual(
    collections.flatMap(({ damages }) => damages),
    [],
  );
  report.foldersChecked += 1;
  await noteFlush(data, report);
}

/** A journal that is long enough for a segment was being made one of. */
async function noteFlush(data: string, report: CampaignReport): Promise<void> {
  const folder = openDataFolder(data);
  try {
    let isDue = false;
    for (const { path } of folder.found) {
      const store = openLmdbStore(path);
      let bytes = 0;
      for (const [, passage] of store.journal()) bytes += passage.codes.length;
      isDue ||= bytes >= flushBytes;
      await store.close();
    }
    if (isDue) count(report, "flush");
  } finally {
    folder.close();
  }
}

async function checkContents(
  client: SluiceClient,
  target: CrashTarget,
  { prng, report }: { readonly prng: Prng; readonly report: CampaignReport },
): Promise<void> {
  const { name, ledger } = target;
  const found = await readAll(client, name);
  const { happened, absent } = ledger.settle(found);
  report.happened += happened;
  report.absent += absent;
  const collection = await client.collections.describe(name);
  assert.equal(collection.documentCount, found.size, "documents are counted as they are listed");
  assert.equal(collection.passageCount, found.size, "each document has one passage, in one place");
  const documents = await target.withVectors(ledger.documents());
  const settings = { ...collection.settings, lexicalWeight: 0.15 };
  const seed = prng.nextUint32();
  for (const query of seededQueries({ seed, count: searchesPerCheck, dim: settings.dim })) {
    const request = { collection: name, ...query, k: 20, exhaustive: true };
    const { hits, certificate, degradations } = await client.searchFinal(request);
    assert.equal(certificate, "exact");
    assert.deepEqual(degradations, []);
    const best = plainSearch(documents, query, settings as Parameters<typeof plainSearch>[2]);
    assert.deepEqual(
      hits.map(({ key, score, parts: { maxsim, bm25 } }) => ({ key, score, maxSim: maxsim, bm25 })),
      best.slice(0, 20),
    );
    report.searchesCompared += 1;
  }
}

async function readAll(client: SluiceClient, name: string): Promise<Map<string, Document>> {
  const found = new Map<string, Document>();
  let pageToken: string | undefined;
  do {
    const page = await client.list(name, { pageSize: 1000, ...(pageToken && { pageToken }) });
    for (const { key, title, text, fields } of page.documents)
      found.set(key, { key, title, text, fields });
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return found;
}
