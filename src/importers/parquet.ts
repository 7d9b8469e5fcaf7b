// Reads documents from Parquet: one for each row, row group by row group.

import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { InputError, inputError, messageOf } from "./input-error.js";
import { toJsonValue } from "./json-value.js";
import type { ImportedDocument, ReadOptions } from "./jsonl.js";
import { mapObject } from "./map-object.js";
import { fieldNameOf, resolveColumnRoles } from "./mapping.js";
import type { Mapping } from "./mapping.js";

interface RowGroup {
  readonly rowStart: number;
  readonly rowEnd: number;
  /** As it is stored, and decoded. */
  readonly storedBytes: number;
  readonly byteCount: number;
}

interface ParquetFile {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  /** Those that a document needs. */
  readonly columns: string[];
  readonly rowGroups: readonly RowGroup[];
}

/**
 * The rows of a Parquet file, one batch for each row group, as map-object.ts defines; rows are
 * numbered from 1. Timestamps and dates are times, structs are nested objects, and not-a-number is
 * no value. Throws INVALID_INPUT_FILE when the file cannot be read, or key or text have no column. A
 * row group that cannot be decoded, or has more than `limits.rowGroupBytesMax`, is one error, and
 * reading continues. Holds one row group in memory.
 */
export async function* readParquet(
  path: string,
  options: ReadOptions,
): AsyncGenerator<readonly ImportedDocument[], void, void> {
  const parquet = await openParquet(path, options.mapping);
  for (const group of parquet.rowGroups) {
    const items = await readGroup(path, { parquet, group, options });
    options.onBytes?.(group.storedBytes);
    yield items;
  }
}

/** Names of the columns at the top of the schema. Throws like `readParquet`. */
export async function parquetColumns(path: string): Promise<readonly string[]> {
  return columnNames((await openFile(path)).metadata);
}

async function openParquet(path: string, mapping: Mapping): Promise<ParquetFile> {
  const { file, metadata } = await openFile(path);
  let rowStart = 0;
  const rowGroups = metadata.row_groups.map((group) => {
    const rowEnd = rowStart + Number(group.num_rows);
    const stored = group.columns.map((column) =>
      Number(column.meta_data?.total_compressed_size ?? 0),
    );
    const range = { rowStart, rowEnd, byteCount: Number(group.total_byte_size) };
    rowStart = rowEnd;
    return { ...range, storedBytes: stored.reduce((sum, bytes) => sum + bytes, 0) };
  });
  return {
    file,
    metadata,
    rowGroups,
    columns: neededColumns(path, columnNames(metadata), mapping),
  };
}

async function openFile(path: string): Promise<Pick<ParquetFile, "file" | "metadata">> {
  try {
    const file = await asyncBufferFromFile(path);
    return { file, metadata: await parquetMetadataAsync(file) };
  } catch (cause) {
    throw new InputError(path, `cannot be read as Parquet: ${messageOf(cause)}`, cause);
  }
}

function columnNames(metadata: FileMetaData): string[] {
  return parquetSchema(metadata).children.map(({ element }) => element.name);
}

/** Others are not decoded. */
function neededColumns(path: string, names: string[], mapping: Mapping): string[] {
  try {
    const mayLackText = names.includes("vectors");
    const { key, title, texts } = resolveColumnRoles(names, mapping, { mayLackText });
    const parts = new Set([key, title, ...texts, "fields", "metadata", "vectors"]);
    return names.filter((name) => parts.has(name) || fieldNameOf(name, mapping) !== undefined);
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause;
    throw new InputError(path, cause.message, cause);
  }
}

async function readGroup(
  path: string,
  { parquet, group, options }: { parquet: ParquetFile; group: RowGroup; options: ReadOptions },
): Promise<readonly ImportedDocument[]> {
  const { file, metadata, columns } = parquet;
  const { rowStart, rowEnd, byteCount } = group;
  const line = rowStart + 1;
  if (byteCount > limits.rowGroupBytesMax) {
    const fault = `the row group has more than ${limits.rowGroupBytesMax} bytes; write smaller ones`;
    return [{ error: inputError(path, line, fault), line }];
  }
  try {
    const range = { rowStart, rowEnd };
    const rows = await parquetReadObjects({ file, metadata, columns, compressors, ...range });
    return rows.map((row, i) => importRow(path, { row, line: line + i, options }));
  } catch (cause) {
    const fault = `the row group cannot be read: ${messageOf(cause)}`;
    return [{ error: inputError(path, line, fault, cause), line }];
  }
}

function importRow(
  path: string,
  { row, line, options }: { row: object; line: number; options: ReadOptions },
): ImportedDocument {
  const { name, mapping } = options;
  try {
    return { document: mapObject(toJsonValue(row), mapping, { name, line }), line };
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause;
    return { error: inputError(path, line, cause.message, cause), line };
  }
}
