// The vectors for all engines: token vectors of passages and queries, as float32.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PrecomputedVectors } from "../../src/core/document.js";
import { repositoryRoot } from "../../src/core/paths.js";
import type { TokenMatrix } from "../../src/core/token-matrix.js";
import { createLateInteractionEncoder } from "../../src/encoders/late-interaction-encoder.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import { openBeirFolder } from "../../src/importers/beir.js";
import { createPassageSource } from "../scale/clustered-passages.js";
import { writeNpy } from "./npy.js";

/** A set on disk: passages.npy, passages.lengths.npy, queries.npy, queries.lengths.npy. */
export interface VectorSet {
  readonly name: string;
  readonly folder: string;
  readonly dim: number;
  readonly passageCount: number;
  readonly rowCount: number;
  readonly queryCount: number;
}

/** The vectors of one text, and their number. */
interface Rows {
  readonly values: Float32Array;
  readonly rowCount: number;
}

const noteName = "set.json";

/** Created once and cached. `make` receives a folder to write into. */
async function cached(
  folder: string,
  name: string,
  make: () => Promise<{ passages: Rows[]; queries: Rows[]; dim: number }>,
): Promise<VectorSet> {
  const note = join(folder, noteName);
  if (existsSync(note)) return { ...(JSON.parse(readFileSync(note, "utf8")) as VectorSet), folder };
  mkdirSync(folder, { recursive: true });
  const { passages, queries, dim } = await make();
  writeRagged(join(folder, "passages"), passages, dim);
  writeRagged(join(folder, "queries"), queries, dim);
  const set = {
    name,
    dim,
    passageCount: passages.length,
    queryCount: queries.length,
    rowCount: passages.reduce((sum, { rowCount }) => sum + rowCount, 0),
  };
  writeFileSync(note, JSON.stringify(set));
  return { ...set, folder };
}

function writeRagged(path: string, texts: readonly Rows[], dim: number): void {
  const rowCount = texts.reduce((sum, one) => sum + one.rowCount, 0);
  const values = texts.map((one) => one.values);
  writeNpy(`${path}.npy`, { type: "float32", shape: [rowCount, dim] }, values);
  const lengths = Int32Array.from(texts, (one) => one.rowCount);
  writeNpy(`${path}.lengths.npy`, { type: "int32", shape: [texts.length] }, [lengths]);
}

export interface BeirVectorOptions {
  readonly folder: string;
  readonly name: string;
  readonly beirFolder: string;
  /** Numbers of documents and queries to use. */
  readonly documentCount: number;
  readonly queryCount: number;
  readonly onProgress: (documents: number) => void;
}

/** Passages of a BEIR set, encoded by the embedded model; each is a document for the engines. */
export function beirVectors(options: BeirVectorOptions): Promise<VectorSet> {
  return cached(options.folder, options.name, async () => {
    const model = await openModelFolder(join(repositoryRoot(), "models/bge-small-en-v1.5-late"));
    const encoder = await createLateInteractionEncoder(model);
    try {
      const beir = await openBeirFolder(options.beirFolder);
      const passages: Rows[] = [];
      let documents = 0;
      for await (const { document } of beir.readCorpus()) {
        if (document === undefined || documents === options.documentCount) break;
        documents += 1;
        for (const { text } of encoder.splitPassages(document))
          passages.push(rowsOf(await encoder.encodePassage(text)));
        options.onProgress(documents);
      }
      const queries: Rows[] = [];
      for await (const { value } of beir.readQueries()) {
        if (value === undefined || queries.length === options.queryCount) break;
        queries.push(rowsOf((await encoder.encodeQuery(value.text)).rows));
      }
      return { passages, queries, dim: encoder.dim };
    } finally {
      await encoder.close();
    }
  });
}

function rowsOf({ values, rowCount }: TokenMatrix): Rows {
  return { values, rowCount };
}

export interface SeededVectorOptions {
  readonly folder: string;
  readonly passageCount: number;
  readonly queryCount: number;
  /** Vectors per passage and per query, and their dimension. */
  readonly tokens: number;
  readonly queryTokens: number;
  readonly dim: number;
  readonly seed: number;
}

/** The clustered passages of the scale benchmark, without text. */
export function seededVectors(options: SeededVectorOptions): Promise<VectorSet> {
  const { passageCount, queryCount, tokens, queryTokens, dim, seed } = options;
  const name = `seeded-${passageCount}`;
  return cached(options.folder, name, () => {
    const source = createPassageSource({ seed, dim, tokens, words: 0, type: "float32" });
    const passages = Array.from({ length: passageCount }, (_, i) =>
      floatsOf(source.passage(i).vectors),
    );
    const queries = Array.from({ length: queryCount }, (_, i) =>
      floatsOf(source.query(Math.imul(i + 1, 0x9e37) % passageCount, queryTokens).vectors),
    );
    return Promise.resolve({ passages, queries, dim });
  });
}

function floatsOf(vectors: PrecomputedVectors | undefined): Rows {
  if (vectors === undefined) throw new Error("seeded passages have vectors");
  const values = new Float32Array(vectors.bytes.slice().buffer);
  return { values, rowCount: values.length / vectors.dim };
}
