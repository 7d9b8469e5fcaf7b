// The documents of the paths of `sluice ingest`: files, formats, number and faults.

import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Document } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { openBeirFolder } from "../importers/beir.js";
import { formatOf, readInputFile } from "../importers/formats.js";
import type { InputFile } from "../importers/formats.js";
import type { ImportOptions } from "../importers/import-options.js";
import type { ImportedDocument } from "../importers/jsonl.js";
import { readStandardInput } from "./standard-input.js";

export interface DocumentInput {
  /** In the order of the paths, without standard input. */
  readonly files: readonly InputFile[];
  /** Total number of lines, which estimates that of documents; undefined for standard input. */
  readonly lineCount: number | undefined;
  /** The valid documents. `onFault` receives the others, and reading continues. */
  read(onFault: (error: SluiceError) => void): AsyncGenerator<Document, void, void>;
}

/**
 * `-`: JSON Lines from standard input. A folder: BEIR. Files are read by their format, plain or
 * gzip. Throws INVALID_INPUT_FILE when a path cannot be opened.
 */
export async function openDocumentInput(
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<DocumentInput> {
  const sources = await Promise.all(paths.map((path) => openSource(path, options)));
  const files = sources.filter((source) => source !== "standard input");
  let lineCount: number | undefined = files.length < sources.length ? undefined : 0;
  for (const { path } of files) if (lineCount !== undefined) lineCount += await countLines(path);
  return {
    files,
    lineCount,
    async *read(onFault) {
      for (const source of sources) {
        const items =
          source === "standard input"
            ? readStandardInput(process.stdin, options)
            : readInputFile(source, options);
        yield* documentsOf(items, onFault);
      }
    },
  };
}

async function* documentsOf(
  batches: AsyncIterable<readonly ImportedDocument[]>,
  onFault: (error: SluiceError) => void,
): AsyncGenerator<Document, void, void> {
  for await (const items of batches) {
    for (const { document, error } of items) {
      if (error === undefined) yield document;
      else onFault(error);
    }
  }
}

async function openSource(
  path: string,
  { format }: ImportOptions,
): Promise<InputFile | "standard input"> {
  if (path === "-") {
    if (format === undefined || format === "jsonl") return "standard input";
    const fault = `standard input is read as JSON Lines only; write the ${format} to a file`;
    throw new SluiceError("INVALID_INPUT_FILE", fault);
  }
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new SluiceError("INVALID_INPUT_FILE", `${path}: there is no such file or folder`);
  }
  if (stats.isDirectory()) {
    const corpus = (await openBeirFolder(path)).corpusPath();
    return { path: corpus, name: basename(corpus), format: "jsonl" };
  }
  return { path, name: basename(path), format: format ?? formatOf(path) };
}

/** Number of lines of a file, plain or gzip by its name. Reads it once. */
export async function countLines(path: string): Promise<number> {
  let count = 0;
  const countIn = async (blocks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const block of blocks) {
      for (let at = block.indexOf(10); at >= 0; at = block.indexOf(10, at + 1)) count += 1;
    }
  };
  const file = createReadStream(path);
  try {
    if (path.endsWith(".gz")) await pipeline(file, createGunzip(), countIn);
    else await pipeline(file, countIn);
  } catch {
    // Only the progress bar needs the number; faults are reported when the file is read.
  }
  return count;
}
