// `make bench-rerank MODEL=<folder of a cross-encoder>`: re-ranking the top of a search, and texts and
// rows of the caller's own.
//
//   node build/bench/rerank/rerank-bench.js <model folder> [searches]

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

import { composeEngine } from "../../src/app/compose.js";
import { engineOptions } from "../../src/app/engine-options.js";
import { loadConfig } from "../../src/config/load-config.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { createPrng } from "../../src/core/prng.js";
import type { Prng } from "../../src/core/prng.js";
import type { RerankRequest } from "../../src/contract/rerank.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import type { EngineApi } from "../../src/engine/api.js";
import { createPassageSource } from "../scale/clustered-passages.js";
import { rounded, summary } from "../scale/summary.js";
import type { Summary } from "../scale/summary.js";
import { measurePairs } from "./pair-loop.js";
import { rerankPath } from "./render.js";
import type { RerankFile } from "./render.js";

const [, , modelFolder = "", searches = "40"] = process.argv;
if (modelFolder === "") throw new Error("name the folder of a cross-encoder: MODEL=<folder>");
const searchCount = Number(searches);
const passageCount = 5000;
const depth = 20;
/** With a query of 12 words and three special tokens: pairs of 160 tokens. */
const passageWords = 145;
const textCount = 100;
const textWords = 126;
const embedded = "bge-small-en-v1.5-late";

const root = mkdtempSync(join(tmpdir(), "sluice-bench-"));
const models = join(root, "models");
symlinkFolders(models);
const { config } = loadConfig({ flags: { data: join(root, "data"), modelsFolder: models } });
const engine = await composeEngine({
  ...engineOptions(config),
  answerCacheBytes: 0,
  rowCacheBytes: 0,
  pairCacheBytes: 0,
});
const prng = createPrng(5);
const vocabulary = wholeWords();
try {
  await fill(engine.api);
  const model = await openModelFolder(join(models, basename(modelFolder)));
  const file: RerankFile = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    model: model.manifest.name,
    command: `make bench-rerank (${passageCount} passages, ${searchCount} searches)`,
    ...(await measureSearches(engine.api)),
    texts: await measureTexts(engine.api),
    rowsMs: await measureRows(engine.api),
    // Last, because another session beside the engine's would be measured with it.
    pairs: await measurePairs(model, { tokens: 160, batches: [1, 2, 4, 8], rounds: 15 }),
  };
  writeFileSync(rerankPath, `${JSON.stringify(file, null, 2)}\n`);
  console.log(JSON.stringify(file, null, 2));
} finally {
  await engine.close();
  rmSync(root, { recursive: true, force: true });
}

function symlinkFolders(folder: string): void {
  const own = mkdtempSync(join(root, "m"));
  symlinkSync(own, folder);
  symlinkSync(join(repositoryRoot(), "models", embedded), join(folder, embedded));
  symlinkSync(resolve(modelFolder), join(folder, basename(modelFolder)));
}

/** Words that are single tokens. */
function wholeWords(): string[] {
  const file = join(repositoryRoot(), "models", embedded, "tokenizer.json");
  const tokenizer = JSON.parse(readFileSync(file, "utf8")) as { model: { vocab: object } };
  return Object.keys(tokenizer.model.vocab).filter((token) => /^[a-z]{3,}$/.test(token));
}

function words(from: Prng, count: number): string {
  return Array.from(
    { length: count },
    () => vocabulary[from.nextUint32() % vocabulary.length],
  ).join(" ");
}

async function fill(api: EngineApi): Promise<void> {
  await api.createCollection({ name: "bench", ifNotExists: false });
  const shape = { seed: 1, dim: 384, tokens: 64, words: 0, type: "int8" } as const;
  const source = createPassageSource(shape);
  for (let start = 0; start < passageCount; start += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        api.put("bench", { ...source.passage(start + i), text: words(prng, passageWords) }),
      ),
    );
  const steps = api.optimize("bench", { isFull: false, signal: new AbortController().signal });
  while ((await steps.next()).done !== true);
}

/** Milliseconds of searches with and without a cross-encoder, alternating. */
async function measureSearches(
  api: EngineApi,
): Promise<Pick<RerankFile, "plainMs" | "firstRerankedMs" | "rerankedMs">> {
  const plain: number[] = [];
  const first: number[] = [];
  const final: number[] = [];
  for (let i = -5; i < searchCount; i += 1) {
    const text = words(prng, 12);
    const rerank = { model: basename(modelFolder), depth };
    const without = await timed(api, text, undefined);
    const withIt = await timed(api, text, rerank);
    if (i < 0) continue;
    plain.push(without.finalMs);
    final.push(withIt.finalMs);
    first.push(withIt.firstRerankedMs);
  }
  return { plainMs: summary(plain), firstRerankedMs: summary(first), rerankedMs: summary(final) };
}

async function timed(
  api: EngineApi,
  text: string,
  rerank: SearchRequest["rerank"],
): Promise<{ readonly finalMs: number; readonly firstRerankedMs: number }> {
  const payload = { mode: "every_update", title: true, text: true, fields: true } as const;
  const request = { collection: "bench", text, exhaustive: false, payload, rerank };
  const startMs = performance.now();
  let firstRerankedMs = NaN;
  let reranked = 0;
  const { signal } = new AbortController();
  for await (const update of api.search(request, { signal })) {
    if (update.stage === "cross_encoder" && Number.isNaN(firstRerankedMs))
      firstRerankedMs = performance.now() - startMs;
    reranked = update.coverage.reranked;
  }
  if (rerank !== undefined && reranked !== depth) throw new Error(`${reranked} were re-ranked`);
  return { finalMs: performance.now() - startMs, firstRerankedMs };
}

async function measureTexts(api: EngineApi): Promise<RerankFile["texts"]> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const items = Array.from({ length: textCount }, () => ({
      key: "",
      text: words(prng, textWords),
    }));
    times.push(await rerankMs(api, { text: words(prng, 12), items }));
  }
  const embeddedModel = await openModelFolder(join(models, embedded));
  const [bare] = await measurePairs(embeddedModel, { tokens: 128, batches: [1], rounds: 9 });
  // The minimum for encoding: every thread busy with nothing else.
  const threads = Math.min(cpus().length, engine.budget.encodingWorkers);
  const encodeMs = ((bare?.msPerPair ?? NaN) * textCount) / threads;
  return { count: textCount, ms: summary(times).p50, encodeMs: rounded(encodeMs) };
}

/** 100 items of 128 rows and dim 384, float32, for 32 query rows. */
async function measureRows(api: EngineApi): Promise<Summary> {
  const rows = (count: number): Float32Array =>
    Float32Array.from({ length: count * 384 }, () => prng.nextFloat() - 0.5);
  const given = (count: number) => ({
    ...({ type: "float32", dim: 384, bytes: new Uint8Array(rows(count).buffer) } as const),
  });
  const times: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const items = Array.from({ length: 100 }, () => ({ vectors: given(128) }));
    times.push(await rerankMs(api, { vectors: given(32), items }));
  }
  return summary(times.slice(5));
}

async function rerankMs(api: EngineApi, request: RerankRequest): Promise<number> {
  const startMs = performance.now();
  const { signal } = new AbortController();
  const stream = api.rerank(request, { signal });
  for await (const update of stream) if (update.final) break;
  return performance.now() - startMs;
}
