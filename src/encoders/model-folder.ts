// A model folder on disk: verifies its files against the manifest and computes its fingerprint.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isSluiceError } from "../core/errors.js";
import type { ModelKind, ModelManifest } from "./model-manifest.js";
import { invalidModel, manifestFileName, readModelManifest } from "./model-manifest.js";

/** A verified model. A plain value, so that it can be sent to a worker. */
export interface OpenedModel {
  readonly folder: string;
  readonly manifest: ModelManifest;
  /**
   * SHA-256 over the manifest's bytes and the files' hashes, hex. Identifies the model's vectors.
   */
  readonly fingerprint: string;
}

export interface FileVerification {
  readonly file: string;
  readonly state: "good" | "missing" | "wrong-size" | "wrong-hash";
  readonly bytesExpected: number;
  readonly sha256Expected: string;
  /** Absent when the file is missing or was not fully read. */
  readonly bytes: number | undefined;
  readonly sha256: string | undefined;
}

export interface ModelVerification extends OpenedModel {
  readonly isGood: boolean;
  readonly files: readonly FileVerification[];
}

/** One entry of a models folder: a model, or the reason why it is not one. */
export type ListedModel =
  | {
      readonly folder: string;
      readonly name: string;
      readonly kind: ModelKind;
      readonly license: string | undefined;
      /** Dimension of its token vectors; absent when it produces none. */
      readonly dim: number | undefined;
      readonly bytes: number;
    }
  | { readonly folder: string; readonly problem: string };

/**
 * Checks each file's presence, size and SHA-256 against the manifest. Damaged files are part of the
 * result; MODEL_INVALID is thrown only for the manifest. Reads every byte: about 50 ms for 34 MB.
 */
export async function verifyModel(folder: string): Promise<ModelVerification> {
  const { manifest, bytes } = readModelManifest(folder);
  const files: FileVerification[] = [];
  for (const file of Object.keys(manifest.files).sort()) {
    files.push(await verifyFile(folder, file, manifest));
  }
  const fingerprint = modelFingerprint(bytes, manifest);
  const isGood = files.every((file) => file.state === "good");
  return { folder, manifest, fingerprint, isGood, files };
}

/** Opens a model after checking sizes and hashes; MODEL_INVALID names the damaged file. */
export async function openModelFolder(folder: string): Promise<OpenedModel> {
  const { files, manifest, fingerprint } = await verifyModel(folder);
  const damaged = files.filter((file) => file.state !== "good");
  if (damaged.length > 0) throw invalidModel(folder, damaged.map(describeDamage).join("; "));
  return { folder, manifest, fingerprint };
}

/**
 * For threads that load a model later than the server has opened it. Throws MODEL_INVALID when its
 * files have changed since.
 */
export async function checkUnchanged({ folder, fingerprint }: OpenedModel): Promise<void> {
  const found = await openModelFolder(folder);
  if (found.fingerprint !== fingerprint)
    throw invalidModel(folder, "its files were replaced; restart the server to use the new ones");
}

/**
 * The models in `modelsFolder` by folder name, without checking hashes. Empty when it is missing.
 */
export async function listModels(modelsFolder: string): Promise<ListedModel[]> {
  const entries = await readdir(modelsFolder, { withFileTypes: true }).catch(() => []);
  // Names with a leading dot are models that are being added.
  const folders = entries.filter(
    (entry) => !entry.name.startsWith(".") && (entry.isDirectory() || entry.isSymbolicLink()),
  );
  const listed: ListedModel[] = [];
  for (const name of folders.map((entry) => entry.name).sort()) {
    const folder = join(modelsFolder, name);
    if (await isFile(join(folder, manifestFileName))) listed.push(listModel(folder));
  }
  return listed;
}

/** One line about a file that does not match the manifest. */
export function describeDamage(file: FileVerification): string {
  switch (file.state) {
    case "good":
      return `${file.file} is good`;
    case "missing":
      return `${file.file} is missing`;
    case "wrong-size":
      return `${file.file} has ${file.bytes ?? 0} bytes, not ${file.bytesExpected}`;
    case "wrong-hash":
      return `${file.file} has SHA-256 ${file.sha256 ?? ""}, not ${file.sha256Expected}`;
  }
}

function listModel(folder: string): ListedModel {
  try {
    const { manifest } = readModelManifest(folder);
    const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
    const dim = manifest.kind === "late-interaction" ? manifest.dim : undefined;
    const { name, kind, license } = manifest;
    return { folder, name, kind, license, dim, bytes };
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    return { folder, problem: error.message };
  }
}

async function verifyFile(
  folder: string,
  file: string,
  manifest: ModelManifest,
): Promise<FileVerification> {
  const promise = manifest.files[file];
  const path = join(folder, file);
  const expected = {
    file,
    bytesExpected: promise?.bytes ?? 0,
    sha256Expected: promise?.sha256 ?? "",
  };
  const bytes = await fileBytes(path);
  if (bytes === undefined) {
    return { ...expected, state: "missing", bytes, sha256: undefined };
  }
  const sha256 = await hashFile(path).catch((cause: unknown) => {
    throw invalidModel(folder, `${file} cannot be read`, cause);
  });
  const isSizeRight = bytes === expected.bytesExpected;
  const isHashRight = sha256 === expected.sha256Expected;
  const state = !isSizeRight ? "wrong-size" : !isHashRight ? "wrong-hash" : "good";
  return { ...expected, state, bytes, sha256 };
}

function modelFingerprint(manifestBytes: Buffer, manifest: ModelManifest): string {
  const hash = createHash("sha256").update(manifestBytes);
  for (const [file, { sha256 }] of Object.entries(manifest.files).sort(byName)) {
    hash.update(`\n${file} ${sha256}`);
  }
  return hash.digest("hex");
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Size and SHA-256 of a file, as listed in a manifest. */
export async function describeFile(path: string): Promise<{ sha256: string; bytes: number }> {
  return { sha256: await hashFile(path), bytes: (await stat(path)).size };
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}

async function fileBytes(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}

async function isFile(path: string): Promise<boolean> {
  return (await fileBytes(path)) !== undefined;
}
