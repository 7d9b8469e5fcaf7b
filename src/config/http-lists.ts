// Lists of the HTTP port: allowed origins and allowed host names.

import { SluiceError } from "../core/errors.js";

/** Any origin, or these: each `scheme://host[:port]` as browsers send it. */
export type AllowedOrigins = "every" | ReadonlySet<string>;

/** Any host name, or these, in lower case and without ports. */
export type AllowedHosts = "every" | ReadonlySet<string>;

/** Parses a comma-separated list; `*` means any origin. Throws INVALID_CONFIG. */
export function parseOrigins(list: string): AllowedOrigins {
  const entries = entriesOf(list);
  if (entries.length === 1 && entries[0] === "*") return "every";
  for (const entry of entries) {
    if (URL.canParse(entry) && new URL(entry).origin === entry) continue;
    throw fault(
      "http.allowedOrigins",
      entry,
      "an origin such as https://search.example:8443, or *",
    );
  }
  return new Set(entries);
}

/** Parses a comma-separated list; `*` means any name. Throws INVALID_CONFIG. */
export function parseHosts(list: string): AllowedHosts {
  const entries = entriesOf(list);
  if (entries.length === 1 && entries[0] === "*") return "every";
  const names = entries.map((entry) => {
    const url = URL.canParse(`http://${entry}`) ? new URL(`http://${entry}`) : undefined;
    const hasMore = /[*]|:\d*$/.test(entry.replace(/^\[.*\]$/, ""));
    if (url !== undefined && !hasMore && url.href === `http://${url.hostname}/`)
      return url.hostname;
    throw fault("http.allowedHosts", entry, "a name or an address without a port, or *");
  });
  return new Set(names);
}

function entriesOf(list: string): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

function fault(option: string, entry: string, expected: string): SluiceError {
  const message = `${option} has ${JSON.stringify(entry)}; expected ${expected}`;
  return new SluiceError("INVALID_CONFIG", message, { field: option });
}
