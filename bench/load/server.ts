// The server under load: `sluice serve` in a separate process, over a collection of seeded passages
// that was built by another process.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { BuildFigures, BuildOptions } from "../scale/build.js";
import { buildInChild } from "../scale/build-in-child.js";

export const memorySchema = z.strictObject({
  /** Resident memory, including pages of mapped files. */
  rssMiB: z.number(),
  /** Private memory. */
  ownMiB: z.number(),
  /** Peak resident memory. */
  peakRssMiB: z.number(),
});

export interface LoadServer {
  /** `host:port` of the gRPC port. */
  readonly address: string;
  memory(): z.infer<typeof memorySchema>;
  stop(): Promise<void>;
}

export interface CorpusOptions extends BuildOptions {
  readonly passages: number;
  /** Folder of temporary files. */
  readonly folder: string;
  /** Keep the collection here, and reuse one that was built before. */
  readonly keep?: string | undefined;
}

export interface Corpus {
  readonly data: string;
  readonly built: BuildFigures;
}

/** Calls `use` with the data folder of the collection, which is removed afterwards unless kept. */
export async function withCorpus<T>(
  options: CorpusOptions,
  use: (corpus: Corpus) => Promise<T>,
): Promise<T> {
  const { passages, folder, keep, dim, bits, tokens, words, seed } = options;
  const made = { dim, bits, tokens, words, seed };
  if (keep !== undefined) {
    const note = join(keep, `corpus-${JSON.stringify({ passages, ...made })}.json`);
    const data = join(keep, "data");
    if (!existsSync(note)) {
      await mkdir(keep, { recursive: true });
      const built = await buildInChild(made, { size: passages, folder: data });
      await writeFile(note, JSON.stringify(built));
    }
    return use({ data, built: JSON.parse(readFileSync(note, "utf8")) as BuildFigures });
  }
  const data = await mkdtemp(join(folder, "sluice-load-"));
  try {
    return await use({ data, built: await buildInChild(made, { size: passages, folder: data }) });
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

/** Without answer caches, since queries repeat and must be computed each time. */
export async function startLoadServer(
  data: string,
  more: readonly string[] = [],
): Promise<LoadServer> {
  const program = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
  const flags = ["--grpc-port", "0", "--http-port", "0", "--log-level", "error"];
  const caches = ["--search-answer-cache-bytes", "0", "--search-row-cache-bytes", "0"];
  const child = spawn(
    process.execPath,
    [program, "serve", "--data", data, ...flags, ...caches, ...more],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = once(child, "close");
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("grpc ")) resolve(line.trim().split(/\s+/).at(-1) ?? "");
    });
    child.once("close", () => reject(new Error("the server ended before it served")));
  });
  return {
    address,
    memory: () => memoryOf(child.pid ?? 0),
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function memoryOf(pid: number): z.infer<typeof memorySchema> {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mebibytes = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? NaN) / 1024);
  return {
    rssMiB: mebibytes("VmRSS"),
    ownMiB: mebibytes("RssAnon"),
    peakRssMiB: mebibytes("VmHWM"),
  };
}
