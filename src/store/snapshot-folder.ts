// The snapshots of a data folder: one sub-folder each, under a name that the server makes; the name
// that users know is a value inside.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";

import { SluiceError } from "../core/errors.js";
import { syncFile, syncFolder } from "./sync.js";
import { toStoreError } from "./store-errors.js";

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
  /** Folder of a snapshot's data. Throws SNAPSHOT_NOT_FOUND. */
  pathOf(name: string): string;
  /** An empty folder to copy into; gone at the next start unless finished. `id`: letters and digits. */
  begin(id: string): string;
  /** Makes what lies in `begin(id)` a snapshot, at once and for good. */
  finish(id: string, info: SnapshotInfo): void;
  /** Removes what was begun and not finished. */
  abandon(id: string): void;
  /** Throws SNAPSHOT_NOT_FOUND. */
  remove(name: string): void;
}

// No suffix: lmdb takes a path with a dot in its last name for a file.
const unfinished = "unfinished-";
const infoFile = "snapshot.json";

/** The caller holds the data folder's lock. Removes what an earlier process left unfinished. */
export function openSnapshotFolder(dataFolder: string): SnapshotFolder {
  const root = join(dataFolder, "snapshots");
  for (const entry of existsSync(root) ? readdirSync(root) : [])
    if (entry.startsWith(unfinished)) rmSync(join(root, entry), { recursive: true, force: true });
  const entries = (): { path: string; info: SnapshotInfo }[] =>
    (existsSync(root) ? readdirSync(root).sort() : []).flatMap((entry) => {
      const path = join(root, entry);
      const info = entry.startsWith(unfinished) ? undefined : readInfo(path);
      return info === undefined ? [] : [{ path, info }];
    });
  const find = (name: string): string => {
    const found = entries().find(({ info }) => info.name === name);
    if (found === undefined)
      throw new SluiceError("SNAPSHOT_NOT_FOUND", `there is no snapshot "${name}"`, {
        field: "snapshot_name",
      });
    return found.path;
  };
  return {
    list: () =>
      entries()
        .map(({ info }) => info)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    pathOf: find,
    begin(id) {
      const path = join(root, `${unfinished}${id}`);
      try {
        mkdirSync(path, { recursive: true });
      } catch (error) {
        throw toStoreError(error, `cannot make ${path}`);
      }
      return path;
    },
    finish(id, info) {
      const path = join(root, `${unfinished}${id}`);
      try {
        writeFileSync(join(path, infoFile), `${JSON.stringify(info)}\n`);
        for (const file of readdirSync(path)) syncFile(join(path, file));
        syncFolder(path);
        renameSync(path, join(root, id));
        syncFolder(root);
      } catch (error) {
        throw toStoreError(error, `cannot finish the snapshot "${info.name}"`);
      }
    },
    abandon: (id) => rmSync(join(root, `${unfinished}${id}`), { recursive: true, force: true }),
    remove(name) {
      const path = find(name);
      // First out of sight, so that a crash leaves a whole snapshot or none.
      const gone = join(root, `${unfinished}${basename(path)}`);
      renameSync(path, gone);
      syncFolder(root);
      rmSync(gone, { recursive: true, force: true });
    },
  };
}

/** Undefined: it is no snapshot, or its description is damaged. */
function readInfo(path: string): SnapshotInfo | undefined {
  try {
    const info = JSON.parse(readFileSync(join(path, infoFile), "utf8")) as Partial<SnapshotInfo>;
    const { name, collection, lastSequence } = info;
    if (typeof name !== "string" || typeof collection !== "string") return undefined;
    if (typeof lastSequence !== "number") return undefined;
    return { name, collection, lastSequence, bytes: statSync(join(path, "data.mdb")).size };
  } catch {
    return undefined;
  }
}
