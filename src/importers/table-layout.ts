// Finds out how a table is written: delimiter, quotes, header, columns and their kinds.

import { SluiceError } from "../core/errors.js";
import type { TimeOptions } from "../core/iso-time.js";
import { kindOfCell } from "./cell.js";
import type { FileOptions } from "./file-blocks.js";
import { InputError, inputError } from "./input-error.js";
import { readLineBatches } from "./lines.js";
import type { InputLine } from "./lines.js";
import { checkUnique, fieldNameOf, isKnownName, resolveColumnRoles } from "./mapping.js";
import type { FieldKind } from "./cell.js";
import type { Mapping, Roles } from "./mapping.js";
import { createRecordParser } from "./table-records.js";
import type { CellSyntax, TableRecord } from "./table-records.js";

/** What is not given is inferred. */
export interface TableOptions {
  readonly encoding?: FileOptions["encoding"];
  readonly delimiter?: string | undefined;
  readonly hasQuotes?: boolean | undefined;
  readonly hasHeader?: boolean | undefined;
  /** Names in the order of the file, instead of those of a header. */
  readonly columns?: readonly string[] | undefined;
}

export interface TableLayout extends CellSyntax {
  readonly encoding: string | undefined;
  readonly hasHeader: boolean;
  readonly columns: readonly string[];
  readonly roles: Roles;
  /** Of the columns that become fields. */
  readonly kinds: ReadonlyMap<string, FieldKind>;
}

/**
 * Infers the delimiter from the header, and the kinds from every cell of the file, which is
 * therefore read once; only the kinds of the mapping are taken as they are. `isTabSeparated`: cells
 * have no quotes unless they are declared. A table without a header is one of tab-separated lines of
 * two to four cells without a known name in the first: those of ColBERT and MS MARCO.
 *
 * Throws INVALID_INPUT_FILE when the file cannot be opened, is empty, or key or text have no column.
 */
export async function inferLayout(
  path: string,
  options: TableOptions & { readonly isTabSeparated: boolean },
  mapping: Mapping,
): Promise<TableLayout> {
  const { encoding, isTabSeparated } = options;
  const first = await firstLines(path, { encoding });
  const delimiter = options.delimiter ?? (isTabSeparated ? "\t" : likeliestDelimiter(path, first));
  const syntax = { delimiter, hasQuotes: options.hasQuotes ?? !isTabSeparated };
  const record = recordsOf(path, syntax, first)[0];
  if (record === undefined) {
    throw new InputError(path, "is empty, expected a header line");
  }
  if (record.error !== undefined) throw record.error;
  const header = findHeader(record.cells, { ...options, delimiter }, mapping);
  const { columns } = header;
  try {
    checkUnique(columns, "columns have the name");
    const roles = resolveColumnRoles(columns, mapping, { mayLackText: false });
    const layout = { ...syntax, ...header, roles, encoding };
    const fields = fieldColumns(layout, mapping);
    checkUnique(
      fields.map(({ field }) => field),
      "columns become the field",
    );
    return { ...layout, kinds: await inferKinds(path, layout, mapping) };
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause;
    throw inputError(path, record.line, cause.message, cause);
  }
}

/** Names of the columns that become fields, with their positions and the fields' names. */
export function fieldColumns(
  { columns, roles }: Pick<TableLayout, "columns" | "roles">,
  mapping: Mapping,
): readonly { readonly position: number; readonly column: string; readonly field: string }[] {
  const { key, title, texts } = roles;
  return columns.flatMap((column, position) => {
    if (column === key || column === title || texts.includes(column)) return [];
    const field = fieldNameOf(column, mapping);
    return field === undefined ? [] : [{ position, column, field }];
  });
}

async function firstLines(path: string, options: FileOptions): Promise<readonly InputLine[]> {
  for await (const lines of readLineBatches(path, options)) return lines;
  return [];
}

function recordsOf(
  path: string,
  syntax: CellSyntax,
  lines: readonly InputLine[],
): readonly TableRecord[] {
  const parser = createRecordParser(path, syntax);
  return [...parser.push(lines), ...parser.end()];
}

/** The delimiter with the most cells in the header; a comma when there is only one cell. */
function likeliestDelimiter(path: string, lines: readonly InputLine[]): string {
  let likeliest = ",";
  let cellCount = 1;
  for (const delimiter of [",", ";", "\t", "|"]) {
    const first = recordsOf(path, { delimiter, hasQuotes: true }, lines.slice(0, 100))[0];
    if ((first?.cells?.length ?? 0) <= cellCount) continue;
    likeliest = delimiter;
    cellCount = first?.cells?.length ?? 0;
  }
  return likeliest;
}

/** ColBERT's collections and MS MARCO's passages, ColBERT's with titles, MS MARCO's documents. */
const columnsWithoutHeader: Readonly<Record<number, readonly string[]>> = {
  2: ["id", "text"],
  3: ["id", "text", "title"],
  4: ["id", "url", "title", "text"],
};

function findHeader(
  cells: readonly string[],
  { columns, hasHeader, delimiter }: TableOptions,
  mapping: Mapping,
): Pick<TableLayout, "hasHeader" | "columns"> {
  if (columns !== undefined) return { columns, hasHeader: hasHeader ?? false };
  // The index column that data frames write has no name.
  const names = cells.map((cell, i) => (cell.trim() === "" ? `column${i + 1}` : cell.trim()));
  const usual = columnsWithoutHeader[cells.length];
  const isHeader =
    hasHeader ??
    (delimiter !== "\t" || usual === undefined || names.some((name) => isKnownName(name, mapping)));
  if (isHeader) return { columns: names, hasHeader: true };
  if (usual !== undefined) return { columns: usual, hasHeader: false };
  const fault = `has no header and ${cells.length} columns; name them with --columns`;
  throw new SluiceError("INVALID_INPUT_FILE", fault);
}

async function inferKinds(
  path: string,
  layout: Omit<TableLayout, "kinds">,
  mapping: Mapping,
): Promise<ReadonlyMap<string, FieldKind>> {
  const fields = fieldColumns(layout, mapping);
  const declared = new Map(
    fields.flatMap(({ column, field }) => {
      const kind = mapping.kinds?.get(column) ?? mapping.kinds?.get(field);
      return kind === undefined ? [] : [[column, kind] as const];
    }),
  );
  const columns = fields.filter(({ column }) => !declared.has(column));
  const seen = await seenKinds(path, layout, { columns, times: mapping });
  return new Map(
    fields.map(({ column }) => [column, declared.get(column) ?? seen.get(column) ?? "keyword"]),
  );
}

interface OpenColumns {
  readonly columns: readonly { readonly position: number; readonly column: string }[];
  readonly times: TimeOptions;
}

/** Reads as far as a column may still be something else than a keyword. */
async function seenKinds(
  path: string,
  layout: Omit<TableLayout, "kinds">,
  { columns, times }: OpenColumns,
): Promise<ReadonlyMap<string, FieldKind>> {
  const seen = new Map<string, FieldKind>();
  if (columns.length === 0) return seen;
  const parser = createRecordParser(path, layout);
  let isHeader = layout.hasHeader;
  let open = columns;
  for await (const lines of readLineBatches(path, { encoding: layout.encoding })) {
    for (const { cells } of parser.push(lines)) {
      if (!isHeader && cells?.length === layout.columns.length) {
        for (const { position, column } of open) {
          const cell = cells[position] ?? "";
          if (cell !== "") seen.set(column, commonKind(seen.get(column), kindOfCell(cell, times)));
        }
      }
      isHeader = false;
    }
    open = open.filter(({ column }) => seen.get(column) !== "keyword");
    if (open.length === 0) break;
  }
  return seen;
}

/** Integers among floats are floats; other mixtures are names. */
function commonKind(seen: FieldKind | undefined, kind: FieldKind): FieldKind {
  if (seen === undefined || seen === kind) return kind;
  const areNumbers = [seen, kind].every((one) => one === "integer" || one === "float");
  return areNumbers ? "float" : "keyword";
}
