// Retrieval quality of each stage on judged sets, through a server and the command line.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { existsSync, writeFileSync } from "node:fs";
import { noteMachine } from "../load/machine.js";
import { startLoadServer } from "../load/server.js";
import type { LoadServer } from "../load/server.js";
import { qualitySchema } from "./quality-schema.js";
import type { QualityFile, QualitySet } from "./quality-schema.js";

export interface QualityOptions {
  /** BEIR folders. */
  readonly sets: readonly string[];
  /** Models folder with `rerankModel`; default: the project's. */
  readonly models?: string | undefined;
  /** Absent: no cross-encoder is measured. */
  readonly rerankModel?: string | undefined;
  /** Queries per set, evenly spaced. */
  readonly queries: number;
  /** Folder of the temporary collections. */
  readonly folder: string;
  /** Keep the collections here, and do not ingest again what an earlier run has ingested. */
  readonly keep?: string | undefined;
  readonly out: string;
}

/** The file is complete after each set. A failing command's message becomes the error. */
export async function runQualityBench(options: QualityOptions): Promise<QualityFile> {
  const note = noteMachine();
  const sets: QualitySet[] = [];
  const figures = (): QualityFile => ({
    machine: note.facts(),
    command: "sluice bench quality",
    rerankModel: options.rerankModel ?? null,
    sets,
  });
  const models = options.models === undefined ? [] : ["--models-folder", options.models];
  await withDataFolder(options, async (data) => {
    const server = await startLoadServer(data, models);
    try {
      for (const folder of options.sets) {
        sets.push(await measureSet(server, folder, options));
        writeFileSync(options.out, `${JSON.stringify(qualitySchema.parse(figures()), null, 2)}\n`);
      }
    } finally {
      await server.stop();
    }
  });
  return figures();
}

async function withDataFolder(
  { folder, keep }: QualityOptions,
  use: (data: string) => Promise<void>,
): Promise<void> {
  if (keep !== undefined) {
    await use(join(keep, "data"));
    return;
  }
  const data = await mkdtemp(join(folder, "sluice-quality-"));
  try {
    await use(data);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

interface Report {
  readonly ndcg10: number;
  readonly recall100: number;
  readonly mrr10: number;
  readonly queries: number;
  readonly documents: number;
  readonly searchMs: QualitySet["searchMs"];
  readonly firstUpdateMs: QualitySet["searchMs"];
  readonly stages: readonly {
    readonly stage: string;
    readonly measures: Readonly<Record<string, number>>;
  }[];
}

type Measures = QualitySet["stages"]["blend"];

async function measureSet(
  { address }: LoadServer,
  folder: string,
  { rerankModel, queries, keep }: QualityOptions,
): Promise<QualitySet> {
  const about = ["--data", folder, "--server", address, "--json"];
  const evaluate = async (...flags: string[]): Promise<Report> =>
    (await sluice("eval", ...about, "--queries", String(queries), ...flags)) as Report;
  const ingested = keep === undefined ? undefined : join(keep, `${basename(folder)}.ingested`);
  const isIngested = ingested !== undefined && existsSync(ingested);
  const blend = await (isIngested ? evaluate("--skip-ingest") : evaluate());
  if (ingested !== undefined && !isIngested) writeFileSync(ingested, "");
  // Measured separately, because stages that wait for each other's updates are slower.
  const { stages } = await evaluate("--skip-ingest", "--stages");
  const late = await evaluate("--skip-ingest", "--lexical-weight", "0");
  const reranked =
    rerankModel === undefined ? null : await evaluate("--skip-ingest", "--rerank", rerankModel);
  const calibrate = async (...flags: string[]): Promise<Calibration> => {
    const fitting = [...about, "--queries", String(queries), "--dry-run", ...flags];
    const fitted = await sluice("calibrate", "scores", basename(folder), ...fitting);
    const { methods } = fitted as { readonly methods: Calibration };
    return { platt: reliability(methods.platt), isotonic: reliability(methods.isotonic) };
  };
  return {
    set: basename(folder),
    documents: blend.documents,
    queries: blend.queries,
    searchMs: millis(blend.searchMs),
    firstUpdateMs: millis(blend.firstUpdateMs),
    stages: {
      bm25: stageMeasures(stages, "lexical"),
      candidates: stageMeasures(stages, "candidates"),
      late: measuresOf(late),
      blend: measuresOf(blend),
      rerank: reranked && measuresOf(reranked),
    },
    calibration: await calibrate(),
    rerankCalibration: rerankModel === undefined ? null : await calibrate("--rerank", rerankModel),
  };
}

function stageMeasures(stages: Report["stages"], name: string): Measures {
  const { measures } = stages.find(({ stage }) => stage === name) ?? {};
  if (measures === undefined) throw new Error(`no query showed the stage ${name}`);
  const [ndcg10, recall100, mrr10] = ["nDCG@10", "R@100", "RR@10"].map((one) => measures[one] ?? 0);
  return { ndcg10: ndcg10 ?? 0, recall100: recall100 ?? 0, mrr10: mrr10 ?? 0 };
}

function measuresOf({ ndcg10, recall100, mrr10 }: Report): Measures {
  return { ndcg10, recall100, mrr10 };
}

function millis({ p50, p99 }: QualitySet["searchMs"]): QualitySet["searchMs"] {
  return { p50, p99 };
}

type Calibration = QualitySet["calibration"];
type Reliability = Calibration["platt"];

function reliability({ brier, brierOfBase, ece }: Reliability): Reliability {
  return { brier, brierOfBase, ece };
}

const program = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

async function sluice(...args: string[]): Promise<unknown> {
  const options = { maxBuffer: 256 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], options);
  return JSON.parse(stdout) as unknown;
}
