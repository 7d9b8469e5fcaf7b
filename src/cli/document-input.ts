// The documents behind the paths of `sluice ingest`: which format, how many, and what was faulty.

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
  /** Lines in all, an estimate of the documents; undefined for standard input. */
  readonly lineCount: number | undefined;
  /** The good documents; `onFault` gets the others, and reading goes on. */
  read(onFault: (error: SluiceError) => void): AsyncGenerator<Document, void, void>;
}

/**
 * `-`: JSON Lines from standard input. A folder: BEIR. `*.csv`, `*.tsv`: tables. All else: JSON Lines;
 * files may be gzip. Throws INVALID_INPUT_FILE when a path cannot be opened.
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
  /** For counting; undefined: standard input. */
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

/** Line ends of a file, plain or gzip by its name; reads it once. */
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
    // Only the progress bar needs the number; what is wrong with the file is told when it is read.
  }
  return count;
}
