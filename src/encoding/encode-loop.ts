// Executes the tasks of an encoding worker: text to token vectors, vectors to codes, text to terms.

import { join } from "node:path";

import { createAnalyzers, loadLanguage } from "../analysis/analyzer.js";
import type { Analyzer } from "../analysis/query-words.js";
import type { AnalyzerSettings } from "../analysis/settings.js";
import { packTerms, termFrequencies } from "../analysis/term-frequencies.js";
import { createCodec } from "../codec/codec.js";
import type { Codec, CodecOptions } from "../codec/codec.js";
import { floatRelevance } from "../codec/float-relevance.js";
import { precomputedTokensMax, toRowMatrix } from "../codec/precomputed-vectors.js";
import type { RowMatrix } from "../codec/unit-rows.js";
import { isRaised } from "../core/cancel-flag.js";
import { present } from "../core/assert.js";
import { centreId, isCentreOpen } from "../core/centre.js";
import { createLruCache } from "../core/lru-cache.js";
import { once } from "../core/memoize.js";
import { SluiceError } from "../core/errors.js";
import { createCrossEncoder, poolWindows } from "../encoders/cross-encoder.js";
import type { CrossEncoder } from "../encoders/cross-encoder.js";
import { createLateInteractionEncoder } from "../encoders/late-interaction-encoder.js";
import type { LateInteractionEncoder } from "../encoders/late-interaction-encoder.js";
import { checkUnchanged } from "../encoders/model-folder.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import { tokenizerFileName } from "../encoders/model-manifest.js";
import type { Passage } from "../encoders/passages.js";
import { createTokenizer } from "../encoders/tokenizer.js";
import type { TokenTrace, Tokenizer } from "../encoders/tokenizer.js";
import type { Kernels } from "../kernels/kernels.js";
import { packJournalPassage, packedViews } from "../store/records.js";
import type {
  EncodeAnswer,
  EncodeTask,
  PairsTask,
  RowsTask,
  TextsTask,
  TraceTask,
  VectorsDocument,
  VectorsTask,
} from "./encode.protocol.js";

export interface EncodeLoop {
  load(model: OpenedModel): Promise<void>;
  run(task: EncodeTask): Promise<EncodeAnswer>;
}

/** `stages`: see encode.protocol.ts; not needed when tasks carry their own bytes. */
export function createEncodeLoop(
  kernels: Kernels,
  stages: readonly SharedArrayBuffer[] = [],
): EncodeLoop {
  const resources = createResources(kernels, stages);
  return {
    load: async (model) => {
      if (model.manifest.kind === "cross-encoder") await resources.crossEncoderOf(model);
      else await resources.encoderOf(model);
    },
    run: async (task) => {
      try {
        return await run(task, resources);
      } catch (error) {
        return toFailure(error);
      }
    },
  };
}

/** What tasks use. Models, codecs and analyzers are created on first use; models and analyzers are kept. */
interface Resources {
  readonly kernels: Kernels;
  readonly stages: readonly SharedArrayBuffer[];
  encoderOf(model: OpenedModel): Promise<LateInteractionEncoder>;
  crossEncoderOf(model: OpenedModel): Promise<CrossEncoder>;
  tokenizerOf(model: OpenedModel): Tokenizer;
  codecOf(options: CodecOptions): Codec;
  analyzerOf(settings: AnalyzerSettings): Analyzer;
}

/** Codecs of a thread: each collection may have a centre of its own. */
const codecsMax = 64;

function createResources(kernels: Kernels, stages: readonly SharedArrayBuffer[]): Resources {
  const encoders = new Map<string, Promise<LateInteractionEncoder>>();
  const crossEncoders = new Map<string, Promise<CrossEncoder>>();
  const tokenizers = new Map<string, Tokenizer>();
  const codecs = createLruCache<Codec>(codecsMax);
  return {
    kernels,
    stages,
    encoderOf: (model) => openOnce(encoders, model, createLateInteractionEncoder),
    crossEncoderOf: (model) => openOnce(crossEncoders, model, createCrossEncoder),
    tokenizerOf: ({ folder, fingerprint }) =>
      once(tokenizers, fingerprint, () => createTokenizer(join(folder, tokenizerFileName))),
    codecOf(options) {
      const name = nameOf(options);
      const known = codecs.get(name);
      if (known !== undefined) return known;
      const made = createCodec(options, kernels);
      codecs.set(name, made, 1);
      return made;
    },
    analyzerOf: createAnalyzers(),
  };
}

function nameOf({ dim, bits, sketchBits, refineBits, seed, centring }: CodecOptions): string {
  const widths = [dim, bits, sketchBits, refineBits];
  return JSON.stringify([...widths, seed, centreId(centring), isCentreOpen(centring)]);
}

/** What could not be opened is tried again by the next task. */
function openOnce<T>(
  opened: Map<string, Promise<T>>,
  model: OpenedModel,
  open: (model: OpenedModel) => Promise<T>,
): Promise<T> {
  const { fingerprint } = model;
  return once(opened, fingerprint, async () => {
    try {
      await checkUnchanged(model);
      return await open(model);
    } catch (error) {
      opened.delete(fingerprint);
      throw error;
    }
  });
}

async function run(task: EncodeTask, use: Resources): Promise<EncodeAnswer> {
  if ("analyzer" in task) await loadLanguage(task.analyzer);
  switch (task.kind) {
    case "query": {
      if (isRaised(task.cancel)) throw new SluiceError("CANCELLED", "the caller disconnected");
      const encoder = await use.encoderOf(task.model);
      const { text, rowCountMax } = task;
      const { rows, isCut, textTokenCount } = await encoder.encodeQuery(text, rowCountMax);
      const hasNoTokens = textTokenCount === 0;
      const cutAt = isCut ? endOfRead(encoder.traceQuery(text, rowCountMax)) : undefined;
      const encoded = use.codecOf(task.codec).encodeQuery(rows);
      return { kind: "query", query: { ...encoded, cutAt, hasNoTokens } };
    }
    case "document": {
      const encoder = await use.encoderOf(task.model);
      const passages = encoder.splitPassages(task);
      const [only, ...more] = passages;
      if (only === undefined || more.length > 0) return { kind: "split", passages };
      return prepare(only, await encoder.encodePassage(only.text), { by: task, use });
    }
    case "passage": {
      const encoder = await use.encoderOf(task.model);
      const rows = await encoder.encodePassage(task.passage.text);
      return prepare(task.passage, rows, { by: task, use });
    }
    case "trace":
      return trace(task, await use.encoderOf(task.model), use.codecOf(task.codec));
    case "count": {
      const tokenizer = use.tokenizerOf(task.model);
      return { kind: "counts", counts: task.texts.map((text) => tokenizer.countTokens(text)) };
    }
    case "pairs":
      return scorePairs(task, await use.crossEncoderOf(task.model));
    case "rows":
      return encodeRows(task, await use.encoderOf(task.model));
    case "texts":
      return scoreTexts(task, await use.encoderOf(task.model), use.kernels);
    case "vectors":
      return { kind: "batch", answers: task.documents.map((one) => answerGiven(one, task, use)) };
  }
}

function prepare(
  passage: Passage,
  rows: RowMatrix,
  {
    by,
    use,
  }: {
    readonly by: { readonly codec: CodecOptions; readonly analyzer: AnalyzerSettings };
    readonly use: Resources;
  },
): EncodeAnswer & { kind: "prepared" } {
  const encoded = use.codecOf(by.codec).encodePassage(rows);
  const terms = packTerms(termFrequencies(use.analyzerOf(by.analyzer), passage.text));
  return {
    kind: "prepared",
    passage: { span: passage.span, ...encoded, centreId: centreId(by.codec.centring), terms },
  };
}

function answerGiven(document: VectorsDocument, by: VectorsTask, use: Resources): EncodeAnswer {
  try {
    return preparePrecomputed(document, by, use);
  } catch (error) {
    // What the codec finds wrong with precomputed vectors lies in the bytes that were sent.
    return toFailure(error, "vectors.bytes");
  }
}

function preparePrecomputed(
  document: VectorsDocument,
  by: VectorsTask,
  use: Resources,
): EncodeAnswer {
  const { key, title, text, type, dim } = document;
  const vectors = { type, dim, bytes: bytesOf(document, by, use.stages) };
  const rowCountMax = precomputedTokensMax.passage;
  const expected = { dim: by.codec.dim, field: "vectors", rowCountMax };
  const whole = { span: { start: 0, end: text.length }, text: `${title} ${text}` };
  const { passage } = prepare(whole, toRowMatrix(vectors, expected), { by, use });
  // The rows are kept as floats for now, and the codes will be made again: see ingest/first-rows.ts.
  if (passage.rows !== undefined) return { kind: "prepared", passage };
  const { terms, ...rest } = passage;
  // Packed in this thread, because the storing thread also serves the network and the disk.
  const packed = packJournalPassage({ key, passageNumber: 0, ...rest, ...terms });
  // Views into the packed record, so that each byte is transferred once.
  return { kind: "prepared", passage: { ...passage, ...packedViews(packed), packed } };
}

/** The document's vectors, in a stage or in the task's own bytes. */
function bytesOf(
  { start, end }: VectorsDocument,
  { rows }: VectorsTask,
  stages: readonly SharedArrayBuffer[],
): Uint8Array {
  if (typeof rows !== "number") return rows.subarray(start, end);
  return new Uint8Array(present(stages[rows], "the stage was handed over"), start, end - start);
}

/** Offset behind the last token that was passed to the model. */
function endOfRead(tokens: readonly TokenTrace[]): number {
  return tokens.reduce((end, { span }) => Math.max(end, span?.end ?? 0), 0);
}

async function trace(
  { query, document, passageNumber }: TraceTask,
  encoder: LateInteractionEncoder,
  codec: Codec,
): Promise<EncodeAnswer> {
  const passage = encoder.splitPassages(document)[passageNumber];
  const traced = encoder.traceQuery(query);
  if (passage === undefined) return { kind: "trace", query: traced, passage };
  const { codes } = codec.encodePassage(await encoder.encodePassage(passage.text));
  const tokens = encoder.tracePassage(passage.text);
  return { kind: "trace", query: traced, passage: { tokens, passage, codes } };
}

async function scorePairs(
  { query, texts, ...options }: PairsTask,
  encoder: CrossEncoder,
): Promise<EncodeAnswer> {
  const relevances: number[] = [];
  for (const text of texts) relevances.push(await encoder.relevance(query, text, options));
  return { kind: "relevances", relevances };
}

async function encodeRows(
  { text }: RowsTask,
  encoder: LateInteractionEncoder,
): Promise<EncodeAnswer> {
  const { rows } = await encoder.encodeQuery(text);
  return { kind: "rows", rows };
}

async function scoreTexts(
  { query, texts, pooling, cancel }: TextsTask,
  encoder: LateInteractionEncoder,
  kernels: Kernels,
): Promise<EncodeAnswer> {
  const relevances: number[] = [];
  for (const text of texts) {
    const scores: number[] = [];
    for (const window of encoder.splitPassages({ title: "", text })) {
      if (isRaised(cancel)) throw new SluiceError("CANCELLED", "the caller disconnected");
      scores.push(floatRelevance(query, await encoder.encodePassage(window.text), kernels));
    }
    relevances.push(poolWindows(scores, pooling));
  }
  return { kind: "relevances", relevances };
}

/** The failure as an answer. Errors without a reason are rethrown. */
function toFailure(error: unknown, fieldOtherwise?: string): EncodeAnswer {
  if (!(error instanceof SluiceError)) throw error;
  const { reason, message, field } = error;
  return { kind: "failed", reason, message, field: field ?? fieldOtherwise };
}
