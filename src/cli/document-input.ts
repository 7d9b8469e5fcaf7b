// The documents of the paths of `sluice ingest`: format, number and faults.

import { createReadStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Document } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { openBeirFolder } from "../importers/beir.js";
import { readCsv } from "../importers/csv.js";
import { readJsonLines } from "../importers/jsonl.js";
import type { ImportedDocument } from "../importers/jsonl.js";
import { readDocumentsFrom } from "./standard-input.js";

export interface DocumentInput {
  /** Total number of lines, which estimates that of documents; undefined for standard input. */
  readonly lineCount: number | undefined;
  /** The valid documents. `onFault` receives the others, and reading continues. */
  read(onFault: (error: SluiceError) => void): AsyncGenerator<Document, void, void>;
}

/**
 * `-`: JSON Lines from standard input. A folder: BEIR. `*.csv`, `*.tsv`: tables. Anything else:
 * JSON Lines. Files may be gzip. Throws INVALID_INPUT_FILE when a path cannot be opened.
 */
export async function openDocumentInput(paths: readonly string[]): Promise<DocumentInput> {
  const sources = await Promise.all(paths.map(openSource));
  let lineCount: number | undefined = 0;
  for (const { file } of sources) {
    if (file === undefined) lineCount = undefined;
    else if (lineCount !== undefined) lineCount += await countLines(file);
  }
  return {
    lineCount,
    async *read(onFault) {
      for (const source of sources) {
        for await (const item of source.open()) {
          if (item.error === undefined) yield item.document;
          else onFault(item.error);
        }
      }
    },
  };
}

interface Source {
  /** File to count lines of; absent for standard input. */
  readonly file: string | undefined;
  open(): AsyncIterable<ImportedDocument>;
}

async function openSource(path: string): Promise<Source> {
  if (path === "-") return { file: undefined, open: () => readDocumentsFrom(process.stdin) };
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new SluiceError("INVALID_INPUT_FILE", `${path}: there is no such file or folder`);
  }
  if (stats.isDirectory()) {
    const beir = await openBeirFolder(path);
    return { file: beir.corpusPath(), open: () => beir.readCorpus() };
  }
  const isTable = /\.[ct]sv(\.gz)?$/i.test(path);
  return { file: path, open: () => (isTable ? readCsv(path) : readJsonLines(path)) };
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
