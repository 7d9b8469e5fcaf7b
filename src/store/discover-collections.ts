// What lies among the collections of a data folder: sound ones, own work that a crash has left, and
// things that Sluice did not write or cannot use. Only the second are deleted.

import { lstatSync, readdirSync, rmdirSync } from "node:fs";
import { basename, join } from "node:path";

import { SluiceError } from "../core/errors.js";
import type { DataFinding } from "../core/readiness.js";
import { readLabel, writeLabel } from "./collection-label.js";
import { peekManifest } from "./manifest-peek.js";
import { deleteOwnFolder, finishOwnFolder, ownFileNames, ownWorkIn } from "./own-folder.js";
import { unpackManifest } from "./records.js";
import type { Manifest } from "./stored-values.js";

/** Names of the folders that Sluice makes. */
const idPattern = /^[0-9a-f]{16}$/;

/** A folder that holds a collection: one to serve, or one to refuse by its name. */
export type FoundCollection = SoundCollection | FaultyCollection;

interface CollectionPlace {
  readonly name: string;
  readonly path: string;
  /** Relative to the data folder. */
  readonly place: string;
}

/** Its manifest is right; what else is stored is checked when it is opened. */
export interface SoundCollection extends CollectionPlace {
  readonly manifest: Manifest;
}

export interface FaultyCollection extends CollectionPlace {
  /** DATA_CORRUPT or NAME_AMBIGUOUS. */
  readonly fault: SluiceError;
}

export interface Discovery {
  /** By place; several of one name have a fault each. */
  readonly collections: readonly FoundCollection[];
  readonly findings: readonly DataFinding[];
}

/**
 * Looks at every entry of `root`, the folder of the collections; the caller holds the data folder's
 * lock, and no collection is open. Deletes what a mark proves to be unfinished work of Sluice's
 * own, and gives a collection of an older version its label; changes nothing else. A few pages are
 * read for each. Throws DATA_FORMAT_NEWER.
 */
export function discoverCollections(root: string): Discovery {
  const findings: DataFinding[] = [];
  const found: FoundCollection[] = [];
  for (const entry of readdirSync(root).sort()) {
    const seen = look(join(root, entry), `collections/${entry}`);
    findings.push(...seen.findings);
    if (seen.collection !== undefined) found.push(seen.collection);
  }
  const collections = withoutDoubles(found);
  for (const one of collections) if ("fault" in one) findings.push(findingOf(one));
  return { collections, findings };
}

function findingOf({ place, fault }: FaultyCollection): DataFinding {
  const kind = fault.reason === "NAME_AMBIGUOUS" ? "duplicate" : "damaged";
  return { place, kind, message: fault.message };
}

interface Seen {
  readonly collection?: FoundCollection;
  readonly findings: readonly DataFinding[];
}

function look(path: string, place: string): Seen {
  const stranger = strangerAt(path, place);
  if (stranger !== undefined) return { findings: [stranger] };
  if (wasEmpty(path)) return { findings: [] };
  const work = ownWorkIn(path);
  if (work === "deleting") return { findings: deleted(path, place) };
  const peeked = peekManifest(join(path, "data.mdb"));
  if (work === "making") {
    // With a manifest it was whole, and only its mark was not taken away in time.
    if (peeked.kind !== "manifest") return { findings: deleted(path, place) };
    finishOwnFolder(path);
  }
  const label = readLabel(path);
  const others = strangersIn(path, place);
  if (peeked.kind === "manifest") {
    const manifest = readManifest(peeked.framed, place);
    if (manifest instanceof SluiceError)
      return withFault(path, { place, name: label, why: manifest.message, others });
    const { name } = manifest;
    if (label !== undefined && label !== name) {
      const why = `${place} is damaged: its data is that of collection "${name}", not of "${label}"`;
      return withFault(path, { place, name: label, why, others });
    }
    const lock = lstatSync(join(path, "lock.mdb"), { throwIfNoEntry: false });
    if (lock !== undefined && !lock.isFile()) {
      const why = `${place} cannot be opened: its lock.mdb is no file of its own`;
      return withFault(path, { place, name, why, others });
    }
    if (label === undefined) labelIfPossible(path, name);
    return { collection: { name, path, place, manifest }, findings: others };
  }
  if (label === undefined) return { findings: [unnamed(place, peeked)] };
  const why = `${place} is damaged: its data.mdb ${faultOf(peeked)}`;
  return withFault(path, { place, name: label, why, others });
}

/** A crash between the making of a folder and that of its mark leaves an empty one. */
function wasEmpty(path: string): boolean {
  if (!idPattern.test(basename(path)) || readdirSync(path).length > 0) return false;
  rmdirSync(path);
  return true;
}

function faultOf(peeked: ReturnType<typeof peekManifest>): string {
  if (peeked.kind === "unusable") return peeked.why;
  return peeked.kind === "absent" ? "is missing" : "holds no collection";
}

/** A collection that is refused, by its name where that is known. */
function withFault(
  path: string,
  seen: {
    readonly place: string;
    readonly name: string | undefined;
    readonly why: string;
    readonly others: readonly DataFinding[];
  },
): Seen {
  const { place, name, why, others } = seen;
  const message = `${why}; restore a snapshot, or put the file back and start the server again`;
  if (name === undefined) return { findings: [{ place, kind: "damaged", message }, ...others] };
  const fault = new SluiceError("DATA_CORRUPT", message);
  return { collection: { name, path, place, fault }, findings: others };
}

/** A folder for which it cannot be known which collection it holds, if any. */
function unnamed(place: string, peeked: ReturnType<typeof peekManifest>): DataFinding {
  if (peeked.kind === "absent")
    return {
      place,
      kind: "foreign",
      message: "this folder holds no collection; Sluice leaves it alone, so move it elsewhere",
    };
  if (peeked.kind === "unusable") {
    const message = `its data.mdb ${peeked.why}; if it held a collection, put the file back and start the server again`;
    return { place, kind: "damaged", message };
  }
  const message =
    "its data.mdb holds no collection: another program's, or one that an older version had not finished; delete it if it is not wanted";
  return { place, kind: "unfinished", message };
}

function readManifest(framed: Buffer, place: string): Manifest | SluiceError {
  try {
    return unpackManifest(framed, `manifest in ${place}`);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.reason !== "DATA_CORRUPT") throw error;
    return error;
  }
}

/** Deletes unfinished work; what others have put there stays, and is named. */
function deleted(path: string, place: string): DataFinding[] {
  if (deleteOwnFolder(path)) return [];
  return [leftover(place)];
}

/** A folder of Sluice's that was deleted but for what others have put there. */
export function leftover(place: string): DataFinding {
  const message = "what Sluice wrote here was deleted; what is left is not its own";
  return { place, kind: "foreign", message };
}

/** What is not a folder. */
export function strangerAt(path: string, place: string): DataFinding | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return undefined;
  if (stat.isSymbolicLink()) {
    const message = "links are not followed; put what it leads to in its place, or take it away";
    return { place, kind: "link", message };
  }
  return { place, kind: "foreign", message: "Sluice did not write this; move it elsewhere" };
}

/** What lies in a folder of Sluice's besides its own files. */
export function strangersIn(path: string, place: string): DataFinding[] {
  return readdirSync(path)
    .filter((entry) => !ownFileNames.includes(entry))
    .sort()
    .map((entry) => {
      const inside = `${place}/${entry}`;
      const message = "Sluice did not write this; move it elsewhere";
      return strangerAt(join(path, entry), inside) ?? { place: inside, kind: "foreign", message };
    });
}

/**
 * It is of use only once the data is damaged, so a disk that is full or read-only is no reason to
 * stop.
 */
function labelIfPossible(path: string, name: string): void {
  try {
    writeLabel(path, name);
  } catch {
    // The next start tries again.
  }
}

/** Those of one name get a fault each that names all of their places. */
function withoutDoubles(found: readonly FoundCollection[]): FoundCollection[] {
  const byName = new Map<string, string[]>();
  for (const { name, place } of found) byName.set(name, [...(byName.get(name) ?? []), place]);
  return found.map((one) => {
    const places = byName.get(one.name) ?? [];
    if (places.length < 2) return one;
    const message = `${places.join(" and ")} hold the same collection "${one.name}", and none is served; move all but one away and start the server again`;
    const { name, path, place } = one;
    return { name, path, place, fault: new SluiceError("NAME_AMBIGUOUS", message) };
  });
}
