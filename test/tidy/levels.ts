// The folders of src/ by level: a folder imports itself and lower ones.

/** Lowest first. Folders on one level do not know each other. */
export const levels: readonly (readonly string[])[] = [
  ["core", "gen"],
  ["contract"],
  [
    "kernels",
    "analysis",
    "encoders",
    "config",
    "observability",
    "eval",
    "importers",
    "hub",
    "net",
    "wire",
  ],
  ["codec", "store", "client", "browser"],
  ["index", "backup", "page", "react"],
  ["scoring", "encoding"],
  ["ingest", "search"],
  ["engine", "remote"],
  ["access"],
  ["service"],
  ["mcp"],
  ["rpc", "http"],
  ["app"],
  ["cli", "embedded"],
  ["public"],
];

/** Of a folder of src/; -1: it has none. */
export function levelOf(folder: string): number {
  return levels.findIndex((level) => level.includes(folder));
}
