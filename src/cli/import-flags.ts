// Options of commands that read documents from files: how files are written, and their mapping.

import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { inputFormats } from "../importers/input-formats.js";
import type { ImportOptions, ImportSettings } from "../importers/import-options.js";
import { fieldKinds } from "../importers/cell.js";
import type { FieldKind } from "../importers/cell.js";

export interface ImportFlags extends ImportSettings {
  /** Path of a mapping file, whose options those of the command line replace. */
  readonly mapping?: string | undefined;
}

export function addImportFlags(command: Command): void {
  const group = "Documents of files:";
  const add = (flags: string, about: string, parse?: (text: string) => unknown): void => {
    const option = new Option(flags, about).helpGroup(group);
    command.addOption(parse === undefined ? option : option.argParser(parse));
  };
  add("--mapping <file>", 'TOML file with these options, such as text = "body"');
  add("--text <names>", "properties or columns of the text, joined by an empty line", nameList);
  add("--title <name>", "that of the title (default: title)");
  add("--key <name>", "that of the key (default: key, _id or id)");
  add("--key-by-line", "documents without a key get FILE:LINE");
  add("--heading <name>", 'one that becomes the field "heading"');
  add("--url <name>", 'one that becomes the field "url"');
  add("--fields <names>", "the only ones that become fields (default: *, all others)", nameList);
  add("--kinds <name=kind,...>", `kinds of fields: ${fieldKinds.join(", ")}`, kindsOf);
  add("--list-separator <text>", "between the values of a cell that is a list (default: |)");
  add("--zone <offset>", "of times that name none: Z, +01:00 (default: these are no times)");
  command.addOption(
    new Option("--format <format>", "of all files (default: by their names)")
      .choices(inputFormats)
      .helpGroup(group),
  );
  add("--encoding <label>", "such as windows-1252 (default: UTF-8, or by the byte order mark)");
  add("--delimiter <character>", "of tables, or tab (default: by the header)", delimiterOf);
  add("--columns <names>", "of tables without a header", nameList);
  add("--header", "the first record of a table has the names (default: by its cells)");
  add("--no-header", "it has values");
  add("--quotes", "cells of tables may be quoted (default: in .csv)");
  add("--no-quotes", "quotes are part of the cells (default: in .tsv)");
}

/** Throws INVALID_INPUT_FILE when the mapping file or the encoding is invalid. */
export async function importOptionsOf({ mapping, ...flags }: ImportFlags): Promise<ImportOptions> {
  const { readMappingFile, toImportOptions } = await import("../importers/import-options.js");
  const file: ImportSettings = mapping === undefined ? {} : readMappingFile(mapping);
  const { key, title, text, heading, url, fields, kinds, listSeparator, zone } = flags;
  const { keyByLine, format, encoding, delimiter, columns, header, quotes } = flags;
  return toImportOptions({
    key: key ?? file.key,
    title: title ?? file.title,
    text: text ?? file.text,
    heading: heading ?? file.heading,
    url: url ?? file.url,
    fields: fields ?? file.fields,
    kinds: file.kinds === undefined ? kinds : { ...file.kinds, ...kinds },
    listSeparator: listSeparator ?? file.listSeparator,
    zone: zone ?? file.zone,
    keyByLine: keyByLine ?? file.keyByLine,
    format: format ?? file.format,
    encoding: encoding ?? file.encoding,
    delimiter: delimiter ?? file.delimiter,
    columns: columns ?? file.columns,
    header: header ?? file.header,
    quotes: quotes ?? file.quotes,
  });
}

function nameList(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (!names.includes("")) return names;
  throw new InvalidArgumentError("Expected names, separated by commas.");
}

function kindsOf(text: string): Readonly<Record<string, FieldKind>> {
  const entries = nameList(text).map((entry) => {
    const at = entry.lastIndexOf("=");
    const kind = fieldKinds.find((one) => one === entry.slice(at + 1));
    if (at > 0 && kind !== undefined) return [entry.slice(0, at), kind] as const;
    throw new InvalidArgumentError(`Expected NAME=KIND, with a kind of ${fieldKinds.join(", ")}.`);
  });
  return Object.fromEntries(entries);
}

function delimiterOf(text: string): string {
  if (text === "tab" || text === "\\t") return "\t";
  if (text.length === 1 && !/["\r\n]/.test(text)) return text;
  throw new InvalidArgumentError("Expected one character other than a quote, or tab.");
}
