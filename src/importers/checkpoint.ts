// The file that lets an interrupted import go on: which import it is, and where it stands.

import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { SluiceError } from "../core/errors.js";
import type { InputFile } from "./formats.js";
import type { ImportOptions } from "./import-options.js";
import type { ImportPosition } from "./import-position.js";

export interface Checkpoint {
  /** Where the import goes on; the beginning when there was no file. */
  readonly from: ImportPosition;
  /** Writes the file, at most once a second unless `isLast`. */
  save(position: ImportPosition, options?: { readonly isLast: boolean }): void;
  /** Removes the file of an import that is complete. */
  remove(): void;
}

export interface CheckpointOptions {
  readonly collection: string;
  readonly files: readonly InputFile[];
  readonly options: ImportOptions;
  readonly nowMs: () => number;
}

const checkpointSchema = z.strictObject({
  version: z.literal(1),
  collection: z.string(),
  /** The options in a fixed form: other ones would count other items. */
  options: z.string(),
  files: z.array(z.strictObject({ path: z.string(), byteCount: z.int(), modifiedMs: z.number() })),
  position: z.strictObject({ file: z.int().min(0), item: z.int().min(0) }),
});

type CheckpointData = z.infer<typeof checkpointSchema>;

const saveIntervalMs = 1000;

/**
 * Reads the file, if it exists. Throws INVALID_INPUT_FILE when it is not a checkpoint, or one of an
 * import with another collection, other options, or files that have changed since.
 */
export function openCheckpoint(path: string, options: CheckpointOptions): Checkpoint {
  const identity = identityOf(options);
  const stored = readCheckpoint(path);
  if (stored !== undefined) checkSame(path, stored, identity);
  let savedMs = options.nowMs();
  return {
    from: stored?.position ?? { file: 0, item: 0 },
    save(position, { isLast } = { isLast: false }) {
      if (!isLast && options.nowMs() - savedMs < saveIntervalMs) return;
      savedMs = options.nowMs();
      // A name of its own, so that no file that was there before is overwritten.
      const part = `${path}.${randomUUID()}.part`;
      const text = `${JSON.stringify({ ...identity, position })}\n`;
      writeFileSync(part, text, { flag: "wx", flush: true });
      renameSync(part, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
}

function identityOf({
  collection,
  files,
  options,
}: CheckpointOptions): Omit<CheckpointData, "position"> {
  const { kinds, ...others } = options;
  const given = Object.entries({ ...others, kinds: kinds && [...kinds] }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    version: 1,
    collection,
    options: JSON.stringify(given.sort()),
    files: files.map(({ path }) => {
      const { size, mtimeMs } = statSync(path);
      return { path: resolve(path), byteCount: size, modifiedMs: mtimeMs };
    }),
  };
}

function readCheckpoint(path: string): CheckpointData | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return checkpointSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    const fault = `${path}: is not a checkpoint of an import; remove it, or name another file`;
    throw new SluiceError("INVALID_INPUT_FILE", fault, { cause });
  }
}

function checkSame(
  path: string,
  stored: CheckpointData,
  identity: Omit<CheckpointData, "position">,
): void {
  const changed = identity.files.find(
    (file, i) => JSON.stringify(file) !== JSON.stringify(stored.files[i]),
  );
  const fault =
    stored.collection !== identity.collection
      ? `the collection ${stored.collection}`
      : stored.options !== identity.options
        ? "other options"
        : changed !== undefined
          ? `another state of ${changed.path}`
          : stored.files.length > identity.files.length
            ? "more files"
            : undefined;
  if (fault === undefined) return;
  throw new SluiceError(
    "INVALID_INPUT_FILE",
    `${path}: is the checkpoint of an import with ${fault}; remove it to begin again`,
  );
}
