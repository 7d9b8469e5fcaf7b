// The names of the formats of input files.

export const inputFormats = [
  ...(["jsonl", "json", "csv", "tsv", "parquet"] as const),
  ...(["markdown", "html", "text", "code", "pdf"] as const),
] as const;

export type InputFormat = (typeof inputFormats)[number];
