// Checks the data of one collection, and repairs it if asked, in a process of its own: lmdb ends
// the process that meets some kinds of damage.

import { fork } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

import { SluiceError, asDamage } from "../core/errors.js";
import type { ErrorReason } from "../core/errors.js";
import { checkCollection } from "../index/check-collection.js";
import { migrateCollection } from "../ingest/migrate.js";
import { planRepair } from "../ingest/repair.js";
import { openLmdbStore } from "../store/lmdb-store.js";
import type { CollectionStore } from "../store/store.js";

export interface Inspection {
  readonly name: string;
  /** Stored values that were read. */
  readonly valueCount: number;
  /** One line for each value that is damaged or contradicts others, naming it. */
  readonly damages: readonly string[];
  /** Documents that do not have all of their passages. */
  readonly incompleteCount: number;
  /**
   * What a repair does, or did, one line each. Absent when only a snapshot can restore the data.
   */
  readonly repairs: readonly string[] | undefined;
  /** Documents that are to be written again from their text once that is done. */
  readonly rewriteKeys: readonly string[];
}

export type InspectionAnswer =
  | { readonly kind: "inspected"; readonly inspection: Inspection }
  | { readonly kind: "failed"; readonly reason: ErrorReason | undefined; readonly message: string };

/** What is done besides reading: data of format 1 is migrated first, or damage is repaired. */
export type InspectionMode = "read" | "migrate" | "repair";

/** `folder`: of a collection that no process has open. Throws DATA_FORMAT_NEWER, DISK_FULL. O(data). */
export async function inspectInChild(
  folder: string,
  mode: InspectionMode = "read",
): Promise<Inspection> {
  const program = fileURLToPath(new URL("./inspect.child.js", import.meta.url));
  const child = fork(program, [folder, mode], {
    execArgv: process.execArgv.filter((flag) => flag.startsWith("--max-old-space-size")),
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let answer: InspectionAnswer | undefined;
  child.on("message", (message) => {
    answer = message as InspectionAnswer;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (answer?.kind === "inspected") return answer.inspection;
  if (answer?.kind === "failed") {
    const { reason, message } = answer;
    throw reason === undefined ? new Error(message) : new SluiceError(reason, message);
  }
  const how = signal ?? `code ${code ?? "unknown"}`;
  const damage = `${basename(folder)} is damaged below its values: reading it ended the process (${how})`;
  return { ...unreadable, damages: [damage] };
}

const unreadable: Inspection = {
  name: "(unreadable)",
  valueCount: 0,
  damages: [],
  incompleteCount: 0,
  repairs: undefined,
  rewriteKeys: [],
};

/** The same in this process. */
export async function inspect(folder: string, mode: InspectionMode = "read"): Promise<Inspection> {
  let store;
  try {
    store = openLmdbStore(folder);
  } catch (error) {
    return { ...unreadable, damages: [asDamage(error).message] };
  }
  try {
    return await inspectStore(store, mode);
  } finally {
    await store.close();
  }
}

async function inspectStore(store: CollectionStore, mode: InspectionMode): Promise<Inspection> {
  const isRepair = mode === "repair";
  let findings;
  try {
    if (mode === "migrate") await migrateCollection(store);
    findings = checkCollection(store);
  } catch (error) {
    return { ...unreadable, damages: [asDamage(error).message] };
  }
  const { manifest, valueCount, values, contradictions, incomplete } = findings;
  const damages = [...values.map(({ message }) => message), ...contradictions];
  const found = { name: manifest.name, valueCount, damages, incompleteCount: incomplete.size };
  if (damages.length === 0 && incomplete.size === 0)
    return { ...found, repairs: [], rewriteKeys: [] };
  // Where lmdb does not find its way, what it writes is not to be relied on.
  if (values.some(({ kind }) => kind === "store"))
    return { ...found, repairs: undefined, rewriteKeys: [] };
  const { actions, batch, rewriteKeys } = planRepair(findings, store);
  if (isRepair) await store.commit(batch);
  if (isRepair && values.some(({ kind }) => kind === "recall")) await store.writeRecall(undefined);
  if (isRepair && values.some(({ kind }) => kind === "scoreMaps")) await store.writeScoreMaps([]);
  const sequences = values.flatMap((one) => (one.kind === "feedback" ? [one.sequence] : []));
  const eventIds = values.flatMap((one) => (one.kind === "feedbackId" ? [one.eventId] : []));
  if (isRepair && sequences.length + eventIds.length > 0)
    await store.removeFeedback({ sequences, eventIds });
  return { ...found, repairs: actions, rewriteKeys };
}
