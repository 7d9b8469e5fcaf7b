// The objects of a backup, and the manifest that makes them one.
//
//   PREFIX/NAME.ID/unfinished.json   the mark: written first, removed last
//   PREFIX/NAME.ID/part-000000       the data in order, in parts of one size
//   PREFIX/NAME.ID/manifest.json     written when every part is there
//
// A backup exists once its manifest does. ID is drawn for each attempt, so two never share an
// object. Keys are made from the name, the id and the number of parts, never read from a manifest.

import { z } from "zod";

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";

/** What a backup is a copy of. */
export interface BackupContents {
  readonly name: string;
  readonly collection: string;
  /** Sequence of the last write in it. */
  readonly lastSequence: number;
  /** The caller chose the name; retention leaves it alone. */
  readonly isNamed: boolean;
}

export interface BackupManifest extends BackupContents {
  readonly bytes: number;
  /** SHA-256 of each part, hexadecimal. All but the last have `partBytes` bytes. */
  readonly parts: readonly string[];
  readonly partBytes: number;
}

/** Version of the manifest and of the layout of the objects. */
const formatVersion = 1;

const manifestSchema = z.object({
  program: z.literal("sluice"),
  format: z.literal(formatVersion),
  name: z.string(),
  collection: z.string(),
  lastSequence: z.int().min(0),
  isNamed: z.boolean(),
  bytes: z.int().min(1),
  partBytes: z.int().min(1).max(limits.backupPartBytes),
  parts: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(limits.backupPartsMax),
});

const markSchema = z.object({
  program: z.literal("sluice"),
  name: z.string(),
  parts: z.int().min(0).max(limits.backupPartsMax),
});

/** Where the objects of one backup are. */
export interface BackupPlace {
  readonly name: string;
  readonly id: string;
}

const folderPattern = /^([a-z0-9][a-z0-9_-]{0,62})\.([0-9a-f]{16})$/;

/** Undefined for the name of a folder that is no backup's. */
export function placeOfFolder(folder: string): BackupPlace | undefined {
  const [, name, id] = folderPattern.exec(folder) ?? [];
  return name === undefined || id === undefined ? undefined : { name, id };
}

export function keysOf(prefix: string, { name, id }: BackupPlace) {
  const folder = `${prefix}${name}.${id}`;
  return {
    manifest: `${folder}/manifest.json`,
    mark: `${folder}/unfinished.json`,
    part: (number: number): string => `${folder}/part-${String(number).padStart(6, "0")}`,
  };
}

export function manifestBytes(manifest: BackupManifest): Buffer {
  return jsonBytes({ program: "sluice", format: formatVersion, ...manifest });
}

/** `parts`: at most so many were or will be written. */
export function markBytes({ name }: BackupPlace, parts: number): Buffer {
  return jsonBytes({ program: "sluice", name, parts });
}

function jsonBytes(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/**
 * Throws DATA_CORRUPT for what is no manifest of this backup, DATA_FORMAT_NEWER for one of a newer
 * program.
 */
export function readManifest(body: Buffer, { name }: BackupPlace): BackupManifest {
  const value = parsed(body);
  const { data } = manifestSchema.safeParse(value);
  if (data !== undefined && data.name === name && fits(data)) return data;
  const newer = z.object({ program: z.literal("sluice"), format: z.int().gt(formatVersion) });
  if (newer.safeParse(value).success)
    throw new SluiceError("DATA_FORMAT_NEWER", `the backup "${name}" is of a newer version`);
  throw new SluiceError("DATA_CORRUPT", `the manifest of the backup "${name}" is damaged`);
}

/** Number of parts that an unfinished backup may have; undefined unless Sluice wrote the mark. */
export function readMark(body: Buffer, { name }: BackupPlace): number | undefined {
  const { data } = markSchema.safeParse(parsed(body));
  return data?.name === name ? data.parts : undefined;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

function fits({ bytes, partBytes, parts }: BackupManifest): boolean {
  return parts.length === Math.ceil(bytes / partBytes);
}

/** Bytes of one part. */
export function partSize(
  { bytes, partBytes }: Pick<BackupManifest, "bytes" | "partBytes">,
  number: number,
): number {
  return Math.min(partBytes, bytes - number * partBytes);
}
