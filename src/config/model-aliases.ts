// Other names of models, such as those that clients of other services send.

import { SluiceError } from "../core/errors.js";

/** Name of a model by its alias. */
export type ModelAliases = ReadonlyMap<string, string>;

/** Parses comma-separated `alias = model`; an alias of an alias is none. Throws INVALID_CONFIG. */
export function parseAliases(list: string): ModelAliases {
  const aliases = new Map<string, string>();
  for (const entry of list.split(",").filter((one) => one.trim() !== "")) {
    const [, alias = "", model = ""] = /^\s*([^\s=]+)\s*=\s*([^\s=]+)\s*$/.exec(entry) ?? [];
    if (alias === "" || aliases.has(alias)) {
      const fault = alias === "" ? "is not alias = model" : "has an alias that occurred before";
      const message = `modelAliases: ${JSON.stringify(entry.trim())} ${fault}`;
      throw new SluiceError("INVALID_CONFIG", message, { field: "modelAliases" });
    }
    aliases.set(alias, model);
  }
  return aliases;
}
