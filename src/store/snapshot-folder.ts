// The snapshots of a data folder: one sub-folder each, under a name that the server makes; the name
// that users know is a value inside.

import { lstatSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";

import { SluiceError } from "../core/errors.js";
import type { DataFinding } from "../core/readiness.js";
import { leftover, strangerAt, strangersIn } from "./discover-collections.js";
import {
  beginOwnFolder,
  deleteOwnFolder,
  finishOwnFolder,
  ownWorkIn,
  unfinishedPrefix,
} from "./own-folder.js";
import { closeToOthers } from "./permissions.js";
import { readSmallFile, syncFile, syncFolder, writeDurably } from "./sync.js";
import { hasCode, toStoreError } from "./store-errors.js";

export interface SnapshotInfo {
  readonly name: string;
  /** Name of the collection that it is a copy of. */
  readonly collection: string;
  /** Sequence of the last write that is in it. */
  readonly lastSequence: number;
  readonly bytes: number;
}

export interface SnapshotFolder {
  /** By name. */
  list(): SnapshotInfo[];
  /** Folder of a snapshot's data. Throws SNAPSHOT_NOT_FOUND, NAME_AMBIGUOUS. */
  pathOf(name: string): string;
  /** An empty folder to copy into; gone at the next start unless finished. `id`: letters and digits. */
  begin(id: string): string;
  /** Makes what lies in `begin(id)` a snapshot, at once and for good. */
  finish(id: string, info: SnapshotInfo): void;
  /** Removes what was begun and not finished. */
  abandon(id: string): void;
  /** Throws SNAPSHOT_NOT_FOUND, NAME_AMBIGUOUS. */
  remove(name: string): void;
  /** Paths of the snapshots' folders. */
  folders(): string[];
  /** What lies among the snapshots and is none of them, as it was at the opening. */
  findings(): readonly DataFinding[];
}

const infoFile = "snapshot.json";
const infoBytesMax = 4096;

interface Entry {
  readonly path: string;
  readonly place: string;
  readonly info: SnapshotInfo | undefined;
}

/**
 * The caller holds the data folder's lock. Deletes what a mark proves to be unfinished work of
 * Sluice's own.
 */
export function openSnapshotFolder(dataFolder: string): SnapshotFolder {
  const root = join(dataFolder, "snapshots");
  const isFolder = (): boolean =>
    lstatSync(root, { throwIfNoEntry: false })?.isDirectory() === true;
  const left: DataFinding[] = [];
  const discard = (entry: string): void => {
    if (!deleteOwnFolder(join(root, entry))) left.push(leftover(`snapshots/${entry}`));
  };
  const entries = (): Entry[] =>
    (isFolder() ? readdirSync(root).sort() : []).map((entry) => {
      const path = join(root, entry);
      const isWhole =
        strangerAt(path, "") === undefined &&
        !entry.startsWith(unfinishedPrefix) &&
        ownWorkIn(path) !== "deleting";
      return { path, place: `snapshots/${entry}`, info: isWhole ? readInfo(path) : undefined };
    });
  cleanUp(isFolder() ? readdirSync(root) : [], root, discard);
  left.push(
    ...findingsOf(root, entries()).filter((one) =>
      left.every((other) => other.place !== one.place),
    ),
  );
  const find = (name: string): string => {
    const found = entries().filter(({ info }) => info?.name === name);
    const [first, second] = found;
    if (first === undefined)
      throw new SluiceError("SNAPSHOT_NOT_FOUND", `there is no snapshot "${name}"`, {
        field: "snapshot_name",
      });
    if (second !== undefined) throw ambiguous(name, found);
    return first.path;
  };
  return {
    list: () =>
      entries()
        .flatMap(({ info }) => (info === undefined ? [] : [info]))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    pathOf: find,
    begin(id) {
      const path = join(root, `${unfinishedPrefix}${id}`);
      makeRoot(root);
      beginOwnFolder(path);
      return path;
    },
    finish(id, info) {
      const path = join(root, `${unfinishedPrefix}${id}`);
      try {
        writeDurably(join(path, infoFile), `${JSON.stringify(info)}\n`);
        for (const file of readdirSync(path)) {
          closeToOthers(join(path, file));
          syncFile(join(path, file));
        }
        syncFolder(path);
        renameSync(path, join(root, id));
        syncFolder(root);
      } catch (error) {
        throw toStoreError(error, `cannot finish the snapshot "${info.name}"`);
      }
      finishOwnFolder(join(root, id));
    },
    abandon: (id) => discard(`${unfinishedPrefix}${id}`),
    remove(name) {
      const path = find(name);
      discard(basename(path));
    },
    folders: () => entries().flatMap(({ path, info }) => (info === undefined ? [] : [path])),
    findings: () => left,
  };
}

function cleanUp(names: readonly string[], root: string, discard: (entry: string) => void): void {
  for (const entry of names) {
    const path = join(root, entry);
    if (strangerAt(path, "") !== undefined) continue;
    const work = ownWorkIn(path);
    if (work === "deleting" || (work === "making" && entry.startsWith(unfinishedPrefix)))
      discard(entry);
    // Whole, and only its mark was not taken away in time.
    else if (work === "making" && readInfo(path) !== undefined) finishOwnFolder(path);
  }
}

function makeRoot(root: string): void {
  try {
    mkdirSync(root, { mode: 0o700 });
  } catch (error) {
    if (hasCode(error, "EEXIST") && lstatSync(root).isDirectory()) return;
    throw toStoreError(error, "cannot make the folder snapshots in the data folder");
  }
}

function findingsOf(root: string, entries: readonly Entry[]): DataFinding[] {
  const stranger = strangerAt(root, "snapshots");
  if (stranger !== undefined) return [stranger];
  return entries.flatMap(({ path, place, info }): DataFinding[] => {
    const inPlace = strangerAt(path, place);
    if (inPlace !== undefined) return [inPlace];
    if (info !== undefined) {
      const same = entries.filter((other) => other.info?.name === info.name);
      const double: DataFinding[] =
        same.length < 2
          ? []
          : [{ place, kind: "duplicate", message: ambiguous(info.name, same).message }];
      return [...double, ...strangersIn(path, place)];
    }
    // What is being made now.
    if (ownWorkIn(path) !== undefined) return [];
    return [unusable(path, place)];
  });
}

function unusable(path: string, place: string): DataFinding {
  const files = readdirSync(path);
  if (files.includes(infoFile))
    return { place, kind: "damaged", message: "this snapshot lacks its data or its description" };
  if (files.includes("data.mdb")) {
    const message =
      "this copy has no description of a snapshot; delete it if nobody wants what is in it";
    return { place, kind: "unfinished", message };
  }
  return { place, kind: "foreign", message: "Sluice did not write this; move it elsewhere" };
}

function ambiguous(name: string, entries: readonly Entry[]): SluiceError {
  const places = entries.map(({ place }) => place).join(" and ");
  return new SluiceError(
    "NAME_AMBIGUOUS",
    `${places} hold the same snapshot "${name}"; move all but one away`,
    { field: "snapshot_name" },
  );
}

/** Undefined: it is no snapshot, or its description is damaged. */
function readInfo(path: string): SnapshotInfo | undefined {
  const text = readSmallFile(join(path, infoFile), infoBytesMax);
  const data = lstatSync(join(path, "data.mdb"), { throwIfNoEntry: false });
  if (text === undefined || data?.isFile() !== true) return undefined;
  try {
    const info: unknown = JSON.parse(text);
    if (typeof info !== "object" || info === null) return undefined;
    const { name, collection, lastSequence } = info as Partial<Record<string, unknown>>;
    if (typeof name !== "string" || typeof collection !== "string") return undefined;
    if (typeof lastSequence !== "number") return undefined;
    return { name, collection, lastSequence, bytes: data.size };
  } catch {
    return undefined;
  }
}
