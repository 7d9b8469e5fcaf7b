// Runs the other engines, each in a separate process, and parses their results.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repositoryRoot } from "../../src/core/paths.js";
import { quantile } from "../../src/eval/statistics.js";
import { rounded } from "../scale/summary.js";
import type { CurvePoint, EngineFigures } from "./peers-schema.js";
import type { VectorSet } from "./vectors.js";

export interface PeerPlaces {
  /** Python of the virtual environment for bench/peers/requirements.txt. */
  readonly python: string;
  /** The program of bench/peers/next-plaid; absent when it was not built. */
  readonly nextPlaid: string | undefined;
  /** Folder of the indexes, which are kept. */
  readonly folder: string;
}

export interface PeerWork {
  readonly places: PeerPlaces;
  readonly set: VectorSet;
  readonly queryCount: number;
  readonly truth: readonly (readonly number[])[];
  /** Time limit of an engine, seconds. */
  readonly secondsMax: number;
  readonly onWord: (word: string) => void;
}

export interface PeerEngine {
  readonly name: string;
  readonly version: string;
  readonly hasIndex: boolean;
}

export const pythonEngines: readonly PeerEngine[] = [
  { name: "numpy", version: "2.3.4", hasIndex: false },
  { name: "maxsim-cpu", version: "0.1.0", hasIndex: false },
  { name: "lancedb", version: "0.40.0", hasIndex: true },
  { name: "xtr-warp-rs", version: "2.1.0.2110", hasIndex: true },
  { name: "fast-plaid", version: "1.7.0.2110", hasIndex: true },
];
export const nextPlaidEngine: PeerEngine = { name: "next-plaid", version: "1.8.5", hasIndex: true };

const script = join(repositoryRoot(), "bench/peers/peers.py");

interface Line {
  readonly best?: readonly number[];
  readonly indexSeconds?: number;
  readonly settings?: string;
  readonly millis?: readonly number[];
  readonly found?: readonly (readonly number[])[];
}

/** Exact top 10 of the first queries, by NumPy in float32. */
export async function exactTop(
  { python }: Pick<PeerPlaces, "python">,
  set: VectorSet,
  queryCount: number,
): Promise<number[][]> {
  const exact: number[][] = [];
  await run(python, [script, "truth", set.folder, String(queryCount)], {
    onLine: ({ best }) => best !== undefined && exact.push([...best]),
  });
  return exact;
}

/** A failing engine is recorded with its error; the others continue. */
export async function measureEngine(engine: PeerEngine, work: PeerWork): Promise<EngineFigures> {
  const { places, set } = work;
  const index = join(places.folder, `${set.name}-${engine.name}`);
  const figures = { engine: engine.name, version: engine.version };
  const points: CurvePoint[] = [];
  let error: string | null = null;
  try {
    if (engine === nextPlaidEngine) await buildNextPlaid(index, work);
    for (const threads of threadCounts()) {
      work.onWord(`${engine.name}, ${threads} threads`);
      await runEngine(engine, index, {
        ...work,
        threads,
        // Parsed as they arrive, so that results before a failure count.
        onLine(line) {
          noteIndexTime(index, line);
          if (line.settings !== undefined) points.push(pointOf(line, { ...work, threads }));
        },
      });
    }
  } catch (failure) {
    error = failure instanceof Error ? failure.message : String(failure);
  }
  return {
    ...figures,
    indexSeconds: engine.hasIndex ? indexTime(index) : null,
    indexBytes: engine.hasIndex && existsSync(index) ? bytesIn(index) : null,
    points,
    error,
  };
}

function threadCounts(): readonly number[] {
  // All threads first, because the first run builds the index.
  return [2, 1];
}

async function buildNextPlaid(index: string, { places, set, secondsMax }: PeerWork): Promise<void> {
  if (existsSync(join(index, "metadata.json"))) return;
  const program = built(places);
  const onLine = (line: Line): void => noteIndexTime(index, line);
  await run(program, ["build", set.folder, index], { secondsMax, onLine });
}

function runEngine(
  engine: PeerEngine,
  index: string,
  work: PeerWork & { readonly threads: number; readonly onLine: (line: Line) => void },
): Promise<void> {
  const { places, set, queryCount, threads, secondsMax, onLine } = work;
  const environment = {
    OPENBLAS_NUM_THREADS: String(threads),
    RAYON_NUM_THREADS: String(threads),
    OMP_NUM_THREADS: String(threads),
  };
  const limits = { secondsMax, environment, onLine };
  if (engine === nextPlaidEngine)
    return run(built(places), ["search", set.folder, index, String(queryCount)], limits);
  const args = [script, engine.name, set.folder, index, String(queryCount), String(threads)];
  return run(places.python, args, limits);
}

function built({ nextPlaid }: PeerPlaces): string {
  if (nextPlaid === undefined) throw new Error("it was not built; see make bench-peers");
  return nextPlaid;
}

function pointOf(
  { settings = "", millis = [], found = [] }: Line,
  { truth, threads }: PeerWork & { readonly threads: number },
): CurvePoint {
  return { settings, threads, recallAt10: recallOf(found, truth), ...latencyOf(millis) };
}

/** Mean share of each query's exact top 10 that was found. */
export function recallOf(
  found: readonly (readonly (number | string)[])[],
  truth: readonly (readonly (number | string)[])[],
): number {
  const shares = truth.map((wanted, i) => {
    const got = new Set(found[i] ?? []);
    return wanted.filter((id) => got.has(id)).length / wanted.length;
  });
  return rounded(shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length));
}

export function latencyOf(millis: readonly number[]): { p50Ms: number; p95Ms: number } {
  const sorted = Float64Array.from(millis).sort();
  return { p50Ms: rounded(quantile(sorted, 0.5)), p95Ms: rounded(quantile(sorted, 0.95)) };
}

function noteIndexTime(index: string, { indexSeconds }: Line): void {
  if (indexSeconds !== undefined) writeFileSync(`${index}.seconds`, String(indexSeconds));
}

function indexTime(index: string): number | null {
  const path = `${index}.seconds`;
  return existsSync(path) ? rounded(Number(readFileSync(path, "utf8"))) : null;
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

async function run(
  program: string,
  args: readonly string[],
  {
    secondsMax = 3600,
    environment = {},
    onLine,
  }: {
    readonly secondsMax?: number;
    readonly environment?: Readonly<Record<string, string>>;
    readonly onLine: (line: Line) => void;
  },
): Promise<void> {
  const child = spawn(program, args, {
    env: { ...baseEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 1000 * secondsMax,
  });
  let complaints = "";
  child.stderr.on(
    "data",
    (chunk: Buffer) => (complaints = `${complaints}${chunk.toString()}`.slice(-4000)),
  );
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) onLine(JSON.parse(line) as Line);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code === 0) return;
  const last = complaints.trim().split("\n").at(-1) ?? "";
  // Only the time limit sends SIGTERM.
  const isLate = signal === "SIGTERM";
  const how = isLate
    ? `took longer than ${secondsMax} s`
    : `ended with ${signal ?? code ?? "nothing"}`;
  throw new Error(`${how}: ${last.slice(0, 300)}`);
}

function baseEnvironment(): Record<string, string> {
  return { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: repositoryRoot() };
}
