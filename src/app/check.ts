// Verifies a data folder that no server has open, and repairs what can be repaired.

import { existsSync } from "node:fs";

import { SluiceError } from "../core/errors.js";
import type { DataFinding } from "../core/readiness.js";
import { openDataFolder } from "../store/data-folder.js";
import type { FoundCollection } from "../store/discover-collections.js";
import { composeEngine } from "./compose.js";
import type { EngineOptions } from "./engine-options.js";
import { inspectInChild } from "../engine/inspect.js";
import type { Inspection } from "../engine/inspect.js";

export interface CheckReport {
  readonly collections: readonly CollectionCheck[];
  /** Entries of the data folder that were not touched. */
  readonly findings: readonly DataFinding[];
  readonly isSound: boolean;
}

export interface CollectionCheck extends Inspection {
  readonly folder: string;
}

interface CheckOptions {
  readonly isRepair?: boolean;
  readonly onCollection?: (check: CollectionCheck) => void;
}

/**
 * Checks every stored byte against its checksum, and values against each other. Throws
 * DATA_FOLDER_LOCKED while a server has the folder open, and DATA_FORMAT_NEWER. O(data).
 */
export async function checkDataFolder(
  path: string,
  { isRepair = false, onCollection }: CheckOptions = {},
): Promise<CheckReport> {
  if (!existsSync(path))
    throw new SluiceError("INVALID_CONFIG", `there is no data folder ${path}`, { field: "data" });
  const data = openDataFolder(path);
  try {
    const collections: CollectionCheck[] = [];
    for (const found of data.found) {
      const check = await checkOne(found, isRepair);
      onCollection?.(check);
      collections.push(check);
    }
    const findings = data.findings();
    const isSound =
      collections.every(({ damages, incompleteCount }) => damages.length + incompleteCount === 0) &&
      findings.every(({ kind }) => kind !== "damaged" && kind !== "duplicate");
    return { collections, findings, isSound };
  } finally {
    data.close();
  }
}

/** Collections with duplicate names are checked like any other; a damaged one becomes a finding. */
async function checkOne(found: FoundCollection, isRepair: boolean): Promise<CollectionCheck> {
  const { name, path, place } = found;
  if ("fault" in found && found.fault.reason === "DATA_CORRUPT") {
    const damages = [found.fault.message];
    const nothing = { valueCount: 0, incompleteCount: 0, repairs: undefined, rewriteKeys: [] };
    return { folder: place, name, damages, ...nothing };
  }
  return { folder: place, ...(await inspectInChild(path, isRepair ? "repair" : "read")) };
}

export interface RepairReport {
  readonly before: CheckReport;
  /** One line per document that could not be rewritten. */
  readonly failures: readonly string[];
  /** The check that ran after the repair. */
  readonly after: CheckReport;
}

/** Documents rewritten concurrently. */
const rewritesAtOnce = 32;

/** Like `checkDataFolder`, then encodes and writes documents that lost passages again. */
export async function repairDataFolder(
  options: EngineOptions,
  onCollection: (check: CollectionCheck) => void,
): Promise<RepairReport> {
  const path = options.dataFolder;
  const before = await checkDataFolder(path, { isRepair: true, onCollection });
  const failures: string[] = [];
  if (before.collections.some(({ rewriteKeys }) => rewriteKeys.length > 0)) {
    const engine = await composeEngine(options);
    try {
      for (const { name, rewriteKeys } of before.collections)
        for (let start = 0; start < rewriteKeys.length; start += rewritesAtOnce)
          await Promise.all(
            rewriteKeys.slice(start, start + rewritesAtOnce).map(async (key) => {
              const failure = await rewrite(engine.api, name, key);
              if (failure !== undefined) failures.push(failure);
            }),
          );
    } finally {
      await engine.close();
    }
  }
  return { before, failures, after: await checkDataFolder(path) };
}

/** Returns undefined on success, else a line about the failure. */
async function rewrite(
  api: Awaited<ReturnType<typeof composeEngine>>["api"],
  collection: string,
  key: string,
): Promise<string | undefined> {
  try {
    const [stored] = await api.get(collection, [key]);
    if (stored === undefined) return undefined;
    const { title, text, fields } = stored;
    await api.put(collection, { key, title, text, fields });
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `document "${key}" of ${collection} could not be written again: ${why}`;
  }
}
