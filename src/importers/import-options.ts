// Options of an import: how files are written, and which part of a document their values are.

import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { z } from "zod";
import { SluiceError } from "../core/errors.js";
import { parseZone } from "../core/iso-time.js";
import { createDecoder } from "./file-blocks.js";
import { inputFormats } from "./input-formats.js";
import type { InputFormat } from "./input-formats.js";
import { messageOf } from "./input-error.js";
import { fieldKinds } from "./cell.js";
import type { FieldKind } from "./cell.js";
import type { Mapping } from "./mapping.js";
import type { TableOptions } from "./table-layout.js";

export interface ImportOptions extends Mapping, TableOptions {
  /** Of every file, whatever its name. */
  readonly format?: InputFormat | undefined;
}

/** The options as a mapping file or a command line has them; each list may be a single text. */
export interface ImportSettings {
  readonly key?: string | undefined;
  readonly title?: string | undefined;
  readonly text?: readonly string[] | undefined;
  readonly heading?: string | undefined;
  readonly url?: string | undefined;
  /** `*` stands for all. */
  readonly fields?: readonly string[] | undefined;
  readonly kinds?: Readonly<Record<string, FieldKind>> | undefined;
  readonly listSeparator?: string | undefined;
  /** Offset from UTC of times that name none: `Z`, `+01:00`. */
  readonly zone?: string | undefined;
  readonly keyByLine?: boolean | undefined;
  readonly format?: InputFormat | undefined;
  readonly delimiter?: string | undefined;
  readonly quotes?: boolean | undefined;
  readonly header?: boolean | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly encoding?: string | undefined;
}

const name = z.string().min(1);
const names = z.union([name.transform((one) => [one]), z.array(name).min(1)]);

const settingsSchema: z.ZodType<ImportSettings> = z.strictObject({
  key: name.optional(),
  title: name.optional(),
  text: names.optional(),
  heading: name.optional(),
  url: name.optional(),
  fields: names.optional(),
  kinds: z.record(name, z.enum(fieldKinds)).optional(),
  listSeparator: name.optional(),
  zone: name.optional(),
  keyByLine: z.boolean().optional(),
  format: z.enum(inputFormats).optional(),
  delimiter: z.string().length(1).optional(),
  quotes: z.boolean().optional(),
  header: z.boolean().optional(),
  columns: names.optional(),
  encoding: name.optional(),
});

/** Reads a mapping file in TOML. Throws INVALID_INPUT_FILE naming the option at fault. */
export function readMappingFile(path: string): ImportSettings {
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const fault = `${path}: cannot be read: ${messageOf(cause)}`;
    throw new SluiceError("INVALID_INPUT_FILE", fault, { cause });
  }
  const { data, error } = settingsSchema.safeParse(parsed);
  if (error === undefined) return data;
  const faults = error.issues.map(({ path: at, message }) => `${at.join(".")}: ${message}`);
  throw new SluiceError("INVALID_INPUT_FILE", `${path}: ${faults.join("; ")}`);
}

/** Throws INVALID_INPUT_FILE when the encoding is unknown or the zone is none. */
export function toImportOptions(settings: ImportSettings): ImportOptions {
  const { fields, kinds, quotes, header, encoding, zone, ...others } = settings;
  if (encoding !== undefined) createDecoder(encoding);
  return {
    ...others,
    encoding,
    zoneMinutes: zone === undefined ? undefined : zoneMinutesOf(zone),
    fields: fields?.includes("*") === true ? undefined : fields,
    kinds: kinds && new Map(Object.entries(kinds)),
    hasQuotes: quotes,
    hasHeader: header,
  };
}

function zoneMinutesOf(zone: string): number {
  const minutes = parseZone(zone);
  if (minutes !== undefined) return minutes;
  const fault = `${JSON.stringify(zone)} is no offset from UTC, such as Z or +01:00`;
  throw new SluiceError("INVALID_INPUT_FILE", fault);
}
