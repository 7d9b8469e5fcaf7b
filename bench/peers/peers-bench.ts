// `sluice bench peers`: recall of the exact top 10 against latency, beside other engines on the same
// vectors and the same machine. `make bench-peers` installs them first.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noteMachine } from "../load/machine.js";
import { measureOwn, ownWidths } from "./own-engine.js";
import { exactTop, measureEngine, nextPlaidEngine, pythonEngines } from "./other-engines.js";
import type { PeerPlaces, PeerWork } from "./other-engines.js";
import { peersSchema } from "./peers-schema.js";
import type { EngineFigures, PeersFile, PeersSet } from "./peers-schema.js";
import { drawPeers } from "./render.js";
import { beirVectors, seededVectors } from "./vectors.js";
import type { VectorSet } from "./vectors.js";

export interface PeersOptions {
  /** BEIR folder; default: only the seeded vectors. */
  readonly data: string | undefined;
  /** Documents of it to use. */
  readonly documents: number;
  /** Seeded passages of 32 vectors x 128; 0 for none. */
  readonly seeded: number;
  readonly queries: number;
  /** Engines to measure; default: all. */
  readonly only: readonly string[] | undefined;
  /** Vectors, indexes, virtual environment and built programs, kept for reuse. */
  readonly folder: string;
  /** Time limit of a step of one engine, seconds. */
  readonly secondsMax: number;
  readonly out: string;
}

/** tachiom's source refers to a dependency by git address, which its build fetches. */
const notInstalled: EngineFigures[] = [
  {
    engine: "tachiom",
    version: "0.4.0",
    indexSeconds: null,
    indexBytes: null,
    points: [],
    error: "pip builds it from source, which fetches a dependency from a git host",
  },
];

/** The file is complete after each engine; an interrupted run is resumed, including indexes. */
export async function runPeersBench(options: PeersOptions): Promise<PeersFile> {
  const note = noteMachine();
  const places = findPlaces(options.folder);
  const made = await makeSets(options);
  const before = measuredBefore(options.out);
  const sets = before.filter(({ set }) => !made.some(({ name }) => name === set));
  const write = (): PeersFile => {
    const file = { machine: note.facts(), command: commandOf(options), sets };
    writeFileSync(options.out, `${JSON.stringify(peersSchema.parse(file), null, 2)}\n`);
    return file;
  };
  for (const set of made) {
    const queryCount = Math.min(options.queries, set.queryCount);
    const truth = await exactTop(places, set, queryCount);
    const onWord = (word: string): void => console.error(`[peers] ${set.name}: ${word}`);
    const work = { places, set, queryCount, truth, secondsMax: options.secondsMax, onWord };
    // With --only, the results of the other engines are kept.
    const known = before.find((one) => one.set === set.name)?.engines ?? [];
    const engines = options.only === undefined ? [] : known;
    const { name, passageCount: passages, rowCount: rows, dim } = set;
    sets.push({ set: name, passages, rows, dim, queries: queryCount, engines });
    for await (const figures of measureAll(work, options.only)) {
      const place = engines.findIndex(({ engine }) => engine === figures.engine);
      engines.splice(place === -1 ? engines.length : place, place === -1 ? 0 : 1, figures);
      write();
    }
  }
  const file = write();
  drawPeers(file, join(options.out, ".."));
  return file;
}

/** Sets in the same file from earlier runs. */
function measuredBefore(path: string): PeersSet[] {
  if (!existsSync(path)) return [];
  return peersSchema.parse(JSON.parse(readFileSync(path, "utf8"))).sets;
}

async function* measureAll(
  work: PeerWork,
  only: readonly string[] | undefined,
): AsyncGenerator<EngineFigures, void, void> {
  const isWanted = (name: string): boolean => only === undefined || only.includes(name);
  if (isWanted("sluice")) for (const widths of ownWidths) yield await measureOwn(widths, work);
  for (const engine of [nextPlaidEngine, ...pythonEngines])
    if (isWanted(engine.name)) yield await measureEngine(engine, work);
  if (only === undefined) yield* notInstalled;
}

async function makeSets(options: PeersOptions): Promise<VectorSet[]> {
  const { data, documents, folder, queries } = options;
  const sets: VectorSet[] = [];
  if (data !== undefined) {
    const name = `${data.split("/").at(-1) ?? "set"}-${documents}`;
    sets.push(
      await beirVectors({
        name,
        folder: join(folder, name),
        beirFolder: data,
        documentCount: documents,
        queryCount: queries,
        onProgress: (count) => {
          if (count % 500 === 0) console.error(`[peers] ${count} documents embedded`);
        },
      }),
    );
  }
  if (options.seeded > 0)
    sets.push(
      await seededVectors({
        folder: join(folder, `seeded-${options.seeded}`),
        passageCount: options.seeded,
        queryCount: queries,
        tokens: 32,
        queryTokens: 16,
        dim: 128,
        seed: 1,
      }),
    );
  return sets;
}

function findPlaces(folder: string): PeerPlaces {
  mkdirSync(folder, { recursive: true });
  const nextPlaid = join(folder, "target/release/next-plaid-peer");
  return {
    python: join(folder, "venv/bin/python"),
    nextPlaid: existsSync(nextPlaid) ? nextPlaid : undefined,
    folder,
  };
}

function commandOf({ documents, seeded, queries }: PeersOptions): string {
  return `sluice bench peers --documents ${documents} --seeded ${seeded} --queries ${queries}`;
}
