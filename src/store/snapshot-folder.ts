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

const infoFile = "snapshot.json";
const infoBytesMax = 4096;

interface Entry {
  readonly path: string;
  readonly place: string;
  readonly info: SnapshotInfo | undefined;
}

export class SnapshotFolder {
  readonly #root: string;
  readonly #findings: DataFinding[] = [];

  /**
   * The caller holds the data folder's lock. Deletes what a mark proves to be unfinished work of
   * Sluice's own.
   */
  constructor(dataFolder: string) {
    this.#root = join(dataFolder, "snapshots");
    for (const name of namesIn(this.#root)) this.#cleanUp(name);
    const places = new Set(this.#findings.map(({ place }) => place));
    const others = findingsOf(this.#root, entriesOf(this.#root));
    this.#findings.push(...others.filter(({ place }) => !places.has(place)));
  }

  /** Entries under `snapshots` that are no snapshot, as they were when the server started. */
  get findings(): readonly DataFinding[] {
    return this.#findings;
  }

  /** By name. */
  list(): SnapshotInfo[] {
    return entriesOf(this.#root)
      .flatMap(({ info }) => info ?? [])
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Paths of the snapshots' folders. */
  folders(): string[] {
    return entriesOf(this.#root).flatMap(({ path, info }) => (info === undefined ? [] : path));
  }

  /** Folder of a snapshot's data. Throws SNAPSHOT_NOT_FOUND, NAME_AMBIGUOUS. */
  pathOf(name: string): string {
    const found = entriesOf(this.#root).filter(({ info }) => info?.name === name);
    const [first, second] = found;
    if (first === undefined)
      throw new SluiceError("SNAPSHOT_NOT_FOUND", `there is no snapshot "${name}"`, {
        field: "snapshot_name",
      });
    if (second !== undefined) throw ambiguous(name, found);
    return first.path;
  }

  /**
   * Makes an empty folder to copy into, which the next start deletes unless it was finished. `id`:
   * letters and digits.
   */
  begin(id: string): string {
    const path = this.#unfinished(id);
    makeRoot(this.#root);
    beginOwnFolder(path);
    return path;
  }

  /** Makes the content of `begin(id)` a snapshot, atomically and durably. */
  finish(id: string, info: SnapshotInfo): void {
    const path = this.#unfinished(id);
    const finished = join(this.#root, id);
    try {
      writeDurably(join(path, infoFile), `${JSON.stringify(info)}\n`);
      for (const file of readdirSync(path)) {
        closeToOthers(join(path, file));
        syncFile(join(path, file));
      }
      syncFolder(path);
      renameSync(path, finished);
      syncFolder(this.#root);
    } catch (error) {
      throw toStoreError(error, `cannot finish the snapshot "${info.name}"`);
    }
    finishOwnFolder(finished);
  }

  /** Removes a folder that was begun and not finished. */
  abandon(id: string): void {
    this.#discard(this.#unfinished(id));
  }

  /** Throws SNAPSHOT_NOT_FOUND, NAME_AMBIGUOUS. */
  remove(name: string): void {
    this.#discard(this.pathOf(name));
  }

  #unfinished(id: string): string {
    return join(this.#root, `${unfinishedPrefix}${id}`);
  }

  #discard(path: string): void {
    if (!deleteOwnFolder(path)) this.#findings.push(leftover(`snapshots/${basename(path)}`));
  }

  #cleanUp(name: string): void {
    const path = join(this.#root, name);
    if (strangerAt(path, "") !== undefined) return;
    const work = ownWorkIn(path);
    if (work === "deleting" || (work === "making" && name.startsWith(unfinishedPrefix)))
      this.#discard(path);
    // Complete: only its mark was not removed in time.
    else if (work === "making" && readInfo(path) !== undefined) finishOwnFolder(path);
  }
}

function namesIn(root: string): string[] {
  const isFolder = lstatSync(root, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? readdirSync(root).sort() : [];
}

function entriesOf(root: string): Entry[] {
  return namesIn(root).map((name) => {
    const path = join(root, name);
    const isWhole =
      strangerAt(path, "") === undefined &&
      !name.startsWith(unfinishedPrefix) &&
      ownWorkIn(path) !== "deleting";
    return { path, place: `snapshots/${name}`, info: isWhole ? readInfo(path) : undefined };
  });
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

/** Returns undefined when the folder is not a snapshot or its description is damaged. */
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
