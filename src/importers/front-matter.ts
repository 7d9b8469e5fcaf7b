// The properties at the head of a Markdown file: YAML between lines of ---, TOML between +++.

import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { SluiceError } from "../core/errors.js";
import { expectObject } from "./document-json.js";
import { messageOf } from "./input-error.js";
import { toJsonValue } from "./json-value.js";

export interface FrontMatter {
  readonly properties: Readonly<Record<string, unknown>>;
  /** Offset of the text behind it, and the number of lines before that. */
  readonly end: number;
  readonly lineCount: number;
}

const none: FrontMatter = { properties: {}, end: 0, lineCount: 0 };

/**
 * The properties as `fieldsFromJson` reads them; dates that are not quoted are times. None when the
 * text does not begin with such lines, or with lines that are no properties, such as a thematic
 * break. Throws INVALID_INPUT_FILE when the lines are not of their language.
 */
export function readFrontMatter(text: string): FrontMatter {
  const match = /^(---|\+\+\+)[ \t]*\r?\n(?:([^]*?)\r?\n)?\1[ \t]*(?:\r?\n|$)/.exec(text);
  if (match === null) return none;
  const [whole, fence, source = ""] = match;
  const properties = parse(source, fence === "---" ? "YAML" : "TOML");
  const isObject = typeof properties === "object" && properties !== null;
  if (!isObject || Array.isArray(properties))
    return source === "" ? { ...none, ...ends(whole) } : none;
  const json = expectObject(toJsonValue(properties), "the front matter");
  return { properties: json, ...ends(whole) };
}

function ends(whole: string): Pick<FrontMatter, "end" | "lineCount"> {
  return { end: whole.length, lineCount: whole.split("\n").length - 1 };
}

function parse(source: string, language: "YAML" | "TOML"): unknown {
  try {
    return language === "TOML"
      ? parseToml(source, { integersAsBigInt: true })
      : (parseYaml(source, { customTags: ["timestamp"], intAsBigInt: true }) as unknown);
  } catch (cause) {
    const fault = `the front matter is not ${language}: ${messageOf(cause).split("\n")[0] ?? ""}`;
    throw new SluiceError("INVALID_INPUT_FILE", fault, { cause });
  }
}
