// The documents of the paths of `sluice ingest`: files, formats, places and faults.

import { statSync } from "node:fs";
import { basename } from "node:path";
import type { Document } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { beirCorpus } from "../importers/beir.js";
import { isDatasetFolder, toDatasetFiles } from "../importers/dataset-folder.js";
import { listFolder, withoutJson } from "../importers/folder.js";
import type { FolderFiles } from "../importers/folder.js";
import { formatOf, readInputFile } from "../importers/formats.js";
import type { InputFile } from "../importers/formats.js";
import type { InputFormat } from "../importers/input-formats.js";
import type { ImportOptions } from "../importers/import-options.js";
import type { ImportedDocument } from "../importers/jsonl.js";
import { InputError } from "../importers/input-error.js";
import type { DocumentPlace, ImportPosition } from "../importers/import-position.js";
import { readStandardInput } from "./standard-input.js";

export interface DocumentInput {
  /** In the order of the paths, without standard input. */
  readonly files: readonly InputFile[];
  /** Files of folders that no format reads, counted by their endings. */
  readonly skipped: ReadonlyMap<string, number>;
  /** Size of the files as they are stored; undefined with standard input. */
  readonly byteCount: number | undefined;
  /** The valid documents. `onFault` receives the others, and reading continues. */
  read(events: ReadEvents, from?: ImportPosition): AsyncGenerator<Document, void, void>;
}

export interface ReadEvents {
  readonly onFault: (error: InputError) => void;
  /** Called before each document of a file. */
  readonly onDocument?: (place: DocumentPlace) => void;
}

/**
 * `-`: JSON Lines from standard input. A folder: the corpus of a BEIR folder, otherwise all files of
 * known formats. Files are read by their format, plain or gzip. Throws INVALID_INPUT_FILE when a path
 * does not exist or a folder has nothing to read.
 */
export async function openDocumentInput(
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<DocumentInput> {
  const skipped = new Map<string, number>();
  const opened = await Promise.all(paths.map((path) => openSource(path, options, skipped)));
  const sources = opened.flat();
  const files = sources.filter((source) => source !== "standard input");
  const sizes = files.map(({ path }) => statSync(path).size);
  const hasStandardInput = files.length < sources.length;
  return {
    files,
    skipped,
    byteCount: hasStandardInput ? undefined : sizes.reduce((sum, size) => sum + size, 0),
    async *read(events, from = { file: 0, item: 0 }) {
      let bytesBefore = 0;
      let file = 0;
      for (const source of sources) {
        if (source === "standard input") {
          yield* validOf(readStandardInput(process.stdin, options), events.onFault);
          continue;
        }
        const skipped = file < from.file ? Infinity : file === from.file ? from.item : 0;
        const start = { file, item: skipped, bytesBefore };
        const isOnly = sources.length === 1;
        if (skipped < Infinity) yield* readFrom(source, { options, events, start, isOnly });
        bytesBefore += sizes[file] ?? 0;
        file += 1;
      }
    },
  };
}

async function* validOf(
  batches: AsyncIterable<readonly ImportedDocument[]>,
  onFault: ReadEvents["onFault"],
): AsyncGenerator<Document, void, void> {
  for await (const items of batches) {
    for (const { document, error } of items) {
      if (error === undefined) yield document;
      else onFault(error);
    }
  }
}

interface FileRead {
  readonly options: ImportOptions;
  readonly events: ReadEvents;
  readonly start: ImportPosition & { readonly bytesBefore: number };
  readonly isOnly: boolean;
}

/** The documents of a file from an item on. One of several that cannot be read is a fault. */
async function* readFrom(input: InputFile, read: FileRead): AsyncGenerator<Document, void, void> {
  try {
    yield* readItems(input, read);
  } catch (cause) {
    if (read.isOnly || !(cause instanceof InputError)) throw cause;
    read.events.onFault(cause);
  }
}

async function* readItems(
  input: InputFile,
  { options, events, start }: FileRead,
): AsyncGenerator<Document, void, void> {
  const { file } = start;
  let bytesEnd = start.bytesBefore;
  let batchStart = bytesEnd;
  let batchItem = 0;
  const onBytes = (byteCount: number): void => {
    bytesEnd += byteCount;
  };
  for await (const items of readInputFile(input, options, onBytes)) {
    const skipped = Math.max(0, start.item - batchItem);
    for (let i = skipped; i < items.length; i += 1) {
      const { document, error, line } = items[i] ?? {};
      if (error !== undefined) events.onFault(error);
      if (document === undefined) continue;
      const share = (i + 1) / items.length;
      const place = { file, item: batchItem + i, input, line: line ?? 0 };
      const bytes = batchStart + Math.round((bytesEnd - batchStart) * share);
      events.onDocument?.({ ...place, bytesEnd: bytes });
      yield document;
    }
    batchItem += items.length;
    batchStart = bytesEnd;
  }
}

type Source = InputFile | "standard input";

async function openSource(
  path: string,
  { format }: ImportOptions,
  skipped: Map<string, number>,
): Promise<readonly Source[]> {
  if (path === "-") {
    if (format === undefined || format === "jsonl") return ["standard input"];
    const fault = `standard input is read as JSON Lines only; write the ${format} to a file`;
    throw new SluiceError("INVALID_INPUT_FILE", fault);
  }
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new SluiceError("INVALID_INPUT_FILE", `${path}: there is no such file or folder`);
  }
  if (!stats.isDirectory()) {
    return [{ path, name: basename(path), format: format ?? formatOf(path) }];
  }
  const corpus = beirCorpus(path);
  if (corpus !== undefined) return [{ path: corpus, name: basename(corpus), format: "jsonl" }];
  const folder = await filesOf(path, format);
  for (const [ending, count] of folder.skipped)
    skipped.set(ending, (skipped.get(ending) ?? 0) + count);
  if (folder.files.length > 0) return folder.files;
  throw new SluiceError("INVALID_INPUT_FILE", `${path}: has no file of a known format`);
}

async function filesOf(folder: string, format: InputFormat | undefined): Promise<FolderFiles> {
  const listed = await listFolder(folder, format);
  if (format !== undefined) return listed;
  return (await isDatasetFolder(folder, listed)) ? toDatasetFiles(listed) : withoutJson(listed);
}
