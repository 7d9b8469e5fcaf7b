// Removing backups: objects with the names that Sluice gives, under a manifest or a mark that it
// wrote, and nothing else.

import { limits } from "../core/limits.js";
import { inParallel } from "./in-parallel.js";
import { keysOf, markBytes, readMark } from "./manifest.js";
import type { BackupPlace } from "./manifest.js";
import type { ListedBackup } from "./list.js";
import type { ObjectStore } from "./object-store.js";

interface Placed {
  readonly prefix: string;
  readonly place: BackupPlace;
}

/**
 * Removes a complete backup. An interruption leaves parts with a mark, which `removeUnfinished`
 * removes later.
 */
export async function removeBackup(
  store: ObjectStore,
  at: Placed,
  partCount: number,
): Promise<void> {
  await store.put(keysOf(at.prefix, at.place).mark, markBytes(at.place, partCount));
  await removeObjects(store, at, partCount);
}

/** The manifest first: without one the rest is no backup. The mark last: it proves whose they are. */
export async function removeObjects(
  store: ObjectStore,
  { prefix, place }: Placed,
  partCount: number,
): Promise<void> {
  const keys = keysOf(prefix, place);
  await store.remove(keys.manifest);
  const width = limits.backupRequests;
  await inParallel(partCount, { width }, (number) => store.remove(keys.part(number)));
  await store.remove(keys.mark);
}

/** How long backups are kept. */
export interface Retention {
  /** Newest backups of each collection that are kept, whatever their age. At least 1. */
  readonly keepLast: number;
  /** Age up to which others are kept, too, milliseconds. */
  readonly keepMs: number;
}

/**
 * Those that retention removes, of the collection of `newest`. Ages are measured against `newest`
 * by the storage's clock, so that no clock of a server can make all of them old.
 */
export function expired(
  backups: readonly ListedBackup[],
  newest: ListedBackup,
  { keepLast, keepMs }: Retention,
): ListedBackup[] {
  return backups
    .filter(({ manifest }) => manifest.collection === newest.manifest.collection)
    .filter(({ manifest }) => !manifest.isNamed)
    .sort((a, b) => b.modifiedMs - a.modifiedMs || (a.place.id < b.place.id ? -1 : 1))
    .slice(keepLast)
    .filter(({ modifiedMs }) => newest.modifiedMs - modifiedMs > keepMs);
}

/**
 * Removes what interrupted backups left, once their mark is `limits.backupUnfinishedMs` old by the
 * storage's clock; `nowMs` is a time by that clock.
 */
export async function removeUnfinished(
  store: ObjectStore,
  at: Placed,
  nowMs: number,
): Promise<void> {
  const mark = await store.get(keysOf(at.prefix, at.place).mark, limits.backupMarkBytes);
  if (mark === undefined || nowMs - mark.modifiedMs < limits.backupUnfinishedMs) return;
  const partCount = readMark(mark.body, at.place);
  if (partCount !== undefined) await removeObjects(store, at, partCount);
}
