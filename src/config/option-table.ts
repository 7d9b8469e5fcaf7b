// The options as a flat table derived from the schema: names, flags, variables, defaults, ranges.

import { z } from "zod";
import { assert } from "../core/assert.js";
import { formatBytes, optionNotes } from "./option-kinds.js";
import type { OptionNotes } from "./option-kinds.js";
import { configSchema } from "./schema.js";

export interface Option extends OptionNotes {
  /** As in the file: `search.sketchPoolSize`. */
  readonly name: string;
  /** `--search-sketch-pool-size`. */
  readonly flag: string;
  /** `SLUICE_SEARCH_SKETCH_POOL_SIZE`. */
  readonly variable: string;
  readonly default: string | number;
  readonly schema: z.ZodType;
}

/** All options, in the schema's order. */
export const options: readonly Option[] = collect(configSchema, []);

function collect(section: z.ZodObject, path: readonly string[]): Option[] {
  return Object.entries(section.shape).flatMap(([key, schema]) => {
    if (schema instanceof z.ZodObject) return collect(schema, [...path, key]);
    assert(schema instanceof z.ZodType, "a configuration is made of sections and options");
    return [toOption(schema, [...path, key])];
  });
}

function toOption(schema: z.ZodType, path: readonly string[]): Option {
  const notes = optionNotes(schema);
  assert(notes !== undefined, "every option is made by option-kinds.ts");
  const value: unknown = schema.parse(undefined);
  assert(typeof value === "string" || typeof value === "number", "a default is text or a number");
  const words = path.map((part) => part.replaceAll(/[A-Z]/g, (letter) => `-${letter}`));
  const kebab = words.join("-").toLowerCase();
  return {
    ...notes,
    name: path.join("."),
    flag: `--${kebab}`,
    variable: `SLUICE_${kebab.replaceAll("-", "_").toUpperCase()}`,
    default: value,
    schema,
  };
}

/** A value as it is displayed. */
export function showValue(option: Option, value: string | number): string {
  if (option.kind === "bytes" && typeof value === "number") return formatBytes(value);
  return value === "" ? "(none)" : String(value);
}

/** The options as a Markdown table, for the documentation. */
export function optionsMarkdown(): string {
  const rows = options.map((option) => {
    const value = option.shownDefault ?? showValue(option, option.default);
    const range = option.unit === "" ? option.range : withUnit(option);
    const cells = [`\`${option.name}\``, `\`${option.flag}\``, `\`${option.variable}\``];
    return `| ${[...cells, value, range, option.description].join(" | ")} |`;
  });
  const header = "| option | flag | environment | default | range | meaning |";
  return [header, "|---|---|---|---|---|---|", ...rows].join("\n");
}

function withUnit({ range, unit, kind }: Option): string {
  return kind === "bytes" ? range : `${range} ${unit}`;
}
