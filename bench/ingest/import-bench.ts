// `make bench-importers`: how fast files become documents, without a server and without a model.
//
//   node build/bench/ingest/import-bench.js [documents a file] [seed]

import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { present } from "../../src/core/assert.js";
import { createPrng } from "../../src/core/prng.js";
import { formatOf, readInputFile } from "../../src/importers/formats.js";
import type { ImportOptions } from "../../src/importers/import-options.js";
import { importersPath } from "./import-render.js";
import type { ImportCase, ImportersFile } from "./import-render.js";

const documentCount = Number(process.argv[2] ?? 50_000);
const seed = Number(process.argv[3] ?? 1);
const passCount = 12;
const wordsPerText = 90;

interface Row {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly year: number;
  readonly price: number;
  readonly zip: string;
}

const root = mkdtempSync(join(tmpdir(), "sluice-bench-"));
try {
  const rows = createRows();
  const kinds = new Map([
    ["year", "integer"],
    ["price", "float"],
    ["zip", "keyword"],
  ] as const);
  const cases: ImportCase[] = [
    await measure("JSON Lines", "a.jsonl", toJsonLines(rows)),
    await measure("array of JSON", "a.json", JSON.stringify(rows)),
    await measure("CSV, kinds inferred", "a.csv", toCsv(rows)),
    await measure("CSV, kinds declared", "b.csv", toCsv(rows), { kinds }),
    await measure("TSV, id and text", "a.tsv", toTsv(rows)),
    await measure("Parquet, Snappy", "a.parquet", toParquet(rows)),
  ];
  const file: ImportersFile = {
    cpu: cpus()[0]?.model ?? "unknown",
    command: `make bench-importers (${documentCount} documents a file, seed ${seed})`,
    words: wordsPerText,
    cases,
  };
  writeFileSync(importersPath, `${JSON.stringify(file, null, 2)}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

function createRows(): readonly Row[] {
  const prng = createPrng(seed);
  const words = Array.from({ length: 5000 }, () => prng.nextUint32().toString(36));
  const text = (count: number): string =>
    Array.from({ length: count }, () => present(words[prng.nextUint32() % words.length], "")).join(
      " ",
    );
  return Array.from({ length: documentCount }, (_, i) => ({
    id: `document-${i}`,
    title: text(5),
    text: `${text(wordsPerText / 2)}, "${text(wordsPerText / 2)}".`,
    year: 1900 + (prng.nextUint32() % 125),
    price: (prng.nextUint32() % 100_000) / 100,
    zip: String(prng.nextUint32() % 100_000).padStart(5, "0"),
  }));
}

function toJsonLines(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

function toCsv(rows: readonly Row[]): string {
  const lines = rows.map(({ id, title, text, year, price, zip }) =>
    [id, title, `"${text.replaceAll('"', '""')}"`, year, price, zip].join(","),
  );
  return ["id,title,text,year,price,zip", ...lines].join("\n");
}

function toTsv(rows: readonly Row[]): string {
  return rows.map(({ id, text }) => `${id}\t${text}\n`).join("");
}

function toParquet(rows: readonly Row[]): Buffer {
  const columnData = [
    { name: "id", data: rows.map(({ id }) => id), type: "STRING" as const },
    { name: "title", data: rows.map(({ title }) => title), type: "STRING" as const },
    { name: "text", data: rows.map(({ text }) => text), type: "STRING" as const },
    { name: "year", data: rows.map(({ year }) => year), type: "INT32" as const },
    { name: "price", data: rows.map(({ price }) => price), type: "DOUBLE" as const },
    { name: "zip", data: rows.map(({ zip }) => zip), type: "STRING" as const },
  ];
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 10_000 }));
}

/** The best of some passes, by the time of the processor: reading is on one core. */
async function measure(
  label: string,
  name: string,
  content: string | Buffer,
  options: ImportOptions = {},
): Promise<ImportCase> {
  const path = join(root, name);
  writeFileSync(path, content);
  const megabytes = statSync(path).size / 1e6;
  let seconds = Infinity;
  for (let pass = 0; pass < passCount; pass += 1) {
    const start = process.cpuUsage();
    let count = 0;
    for await (const items of readInputFile({ path, name, format: formatOf(name) }, options))
      for (const { document } of items) if (document !== undefined) count += 1;
    const { user, system } = process.cpuUsage(start);
    if (count !== documentCount)
      throw new Error(`${label}: ${count} documents of ${documentCount}`);
    seconds = Math.min(seconds, (user + system) / 1e6);
  }
  const result = {
    label,
    megabytes: Math.round(megabytes),
    megabytesPerSecond: Number((megabytes / seconds).toFixed(1)),
    documentsPerSecond: Math.round(documentCount / seconds),
  };
  console.log(result);
  return result;
}
