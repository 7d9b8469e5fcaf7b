// Reads documents from tables: CSV, TSV, and lines of id and text.

import { SluiceError } from "../core/errors.js";
import type { Document, FieldValue } from "../core/document.js";
import { parseCell } from "./cell.js";
import type { FileOptions } from "./file-blocks.js";
import { inputError } from "./input-error.js";
import type { ImportedDocument } from "./jsonl.js";
import { readLineBatches } from "./lines.js";
import { joinTexts, toCellOptions } from "./mapping.js";
import type { Mapping } from "./mapping.js";
import { fieldColumns } from "./table-layout.js";
import type { TableLayout } from "./table-layout.js";
import { createRecordParser } from "./table-records.js";
import type { TableRecord } from "./table-records.js";

/**
 * The documents of a table, plain or gzip, in order and in batches. Empty cells are absent fields.
 * An invalid record is returned as an error with its first line. Throws INVALID_INPUT_FILE when the
 * file cannot be opened.
 */
export async function* readTable(
  path: string,
  layout: TableLayout,
  { name, mapping, onBytes }: { name: string; mapping: Mapping } & Pick<FileOptions, "onBytes">,
): AsyncGenerator<readonly ImportedDocument[], void, void> {
  const parser = createRecordParser(path, layout);
  const toDocument = createRowMapper(name, layout, mapping);
  const toImported = (record: TableRecord): ImportedDocument => {
    if (record.error !== undefined) return record;
    const { cells, line } = record;
    try {
      return { document: toDocument(cells, line), line };
    } catch (cause) {
      if (!(cause instanceof SluiceError)) throw cause;
      return { error: inputError(path, line, cause.message, cause), line };
    }
  };
  let isHeader = layout.hasHeader;
  for await (const lines of readLineBatches(path, { encoding: layout.encoding, onBytes })) {
    const records = parser.push(lines);
    yield (isHeader ? records.slice(1) : records).map(toImported);
    isHeader &&= records.length === 0;
  }
  yield parser.end().map(toImported);
}

/** Throws INVALID_INPUT_FILE when a row has no key, or a cell is not of its column's kind. */
function createRowMapper(
  name: string,
  layout: TableLayout,
  mapping: Mapping,
): (cells: readonly string[], line: number) => Document {
  const { columns, kinds, roles } = layout;
  const key = roles.key === undefined ? -1 : columns.indexOf(roles.key);
  const title = roles.title === undefined ? -1 : columns.indexOf(roles.title);
  const texts = roles.texts.map((text) => columns.indexOf(text));
  const fields = fieldColumns(layout, mapping).map((one) => ({
    ...one,
    kind: kinds.get(one.column) ?? "keyword",
  }));
  const cellOptions = toCellOptions(mapping);
  const toFields = (cells: readonly string[]): Map<string, FieldValue> => {
    const values = new Map<string, FieldValue>();
    for (const { position, column, field, kind } of fields) {
      const cell = cells[position] ?? "";
      if (cell === "") continue;
      const value = parseCell(cell, kind, cellOptions);
      if (value === undefined) throw invalid(`the cell of "${column}" is not of the kind ${kind}`);
      values.set(field, value);
    }
    return values;
  };
  return (cells, line) => {
    if (cells.length !== columns.length) {
      throw invalid(`has ${cells.length} cells, the header has ${columns.length}`);
    }
    const keyCell = cells[key] ?? "";
    if (keyCell === "" && mapping.keyByLine !== true) {
      throw invalid(`the key is missing: the cell of "${roles.key ?? ""}" is empty`);
    }
    return {
      key: keyCell === "" ? `${name}:${line}` : keyCell,
      title: cells[title] ?? "",
      text: joinTexts(texts.map((position) => cells[position] ?? "")),
      fields: toFields(cells),
    };
  };
}

function invalid(fault: string): SluiceError {
  return new SluiceError("INVALID_INPUT_FILE", fault);
}
