// What an encoding worker does with a task: text to rows, rows to codes, text to terms.

import { join } from "node:path";

import { createAnalyzer } from "../analysis/analyzer.js";
import type { Analyzer } from "../analysis/analyzer.js";
import type { AnalyzerSettings } from "../analysis/settings.js";
import { packTerms, termFrequencies } from "../analysis/term-frequencies.js";
import { createCodec } from "../codec/codec.js";
import type { Codec, CodecOptions } from "../codec/codec.js";
import { floatRelevance } from "../codec/float-relevance.js";
import { givenRowCountMax, toRowMatrix } from "../codec/given-vectors.js";
import type { RowMatrix } from "../codec/unit-rows.js";
import { isRaised } from "../core/cancel-flag.js";
import { present } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import { createCrossEncoder, poolWindows } from "../encoders/cross-encoder.js";
import type { CrossEncoder } from "../encoders/cross-encoder.js";
import { createLateInteractionEncoder } from "../encoders/late-interaction-encoder.js";
import type { LateInteractionEncoder } from "../encoders/late-interaction-encoder.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import { tokenizerFileName } from "../encoders/model-manifest.js";
import type { Passage } from "../encoders/passages.js";
import { createTokenizer } from "../encoders/tokenizer.js";
import type { TokenTrace, Tokenizer } from "../encoders/tokenizer.js";
import type { PreparedPassage } from "./prepared-passage.js";
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

/** `stages`: see encode.protocol.ts; a loop whose tasks bring their own bytes needs none. */
export function createEncodeLoop(
  kernels: Kernels,
  stages: readonly SharedArrayBuffer[] = [],
): EncodeLoop {
  const encoders = new Map<string, Promise<LateInteractionEncoder>>();
  const crossEncoders = new Map<string, Promise<CrossEncoder>>();
  const tokenizers = new Map<string, Tokenizer>();
  const codecs = new Map<string, Codec>();
  const analyzers = new Map<string, Analyzer>();

  const encoderOf = (model: OpenedModel): Promise<LateInteractionEncoder> =>
    once(encoders, model.fingerprint, () => createLateInteractionEncoder(model));
  const tokenizerOf = ({ folder, fingerprint }: OpenedModel): Tokenizer =>
    once(tokenizers, fingerprint, () => createTokenizer(join(folder, tokenizerFileName)));
  const crossEncoderOf = (model: OpenedModel): Promise<CrossEncoder> =>
    once(crossEncoders, model.fingerprint, () => createCrossEncoder(model));
  const codecOf = (options: CodecOptions): Codec =>
    once(codecs, JSON.stringify(options), () => createCodec(options, kernels));
  const analyzerOf = (settings: AnalyzerSettings): Analyzer =>
    once(analyzers, JSON.stringify(settings), () => createAnalyzer(settings));

  const prepare = (
    passage: Passage,
    rows: RowMatrix,
    by: { codec: CodecOptions; analyzer: AnalyzerSettings },
  ): EncodeAnswer & { kind: "prepared" } => {
    const { codes, rowCount, sketch } = codecOf(by.codec).encodePassage(rows);
    const terms = packTerms(termFrequencies(analyzerOf(by.analyzer), passage.text));
    const prepared: PreparedPassage = { span: passage.span, rowCount, codes, sketch, terms };
    return { kind: "prepared", passage: prepared };
  };

  const rowsOf = ({ start, end }: VectorsDocument, { rows }: VectorsTask): Uint8Array =>
    typeof rows === "number"
      ? new Uint8Array(present(stages[rows], "the stage was handed over"), start, end - start)
      : rows.subarray(start, end);
  const prepareGiven = (document: VectorsDocument, by: VectorsTask): EncodeAnswer => {
    const { key, title, text, type, dim } = document;
    const vectors = { type, dim, bytes: rowsOf(document, by) };
    const rowCountMax = givenRowCountMax.passage;
    const expected = { dim: by.codec.dim, field: "vectors", rowCountMax };
    const whole = { span: { start: 0, end: text.length }, text: `${title} ${text}` };
    const { passage } = prepare(whole, toRowMatrix(vectors, expected), by);
    const { terms, ...rest } = passage;
    // Packed here and not where it is stored: that thread has the network and the disk to serve.
    const packed = packJournalPassage({ key, passageNumber: 0, ...rest, ...terms });
    // Views of what is packed, so that it crosses once.
    return { kind: "prepared", passage: { ...passage, ...packedViews(packed), packed } };
  };
  const answerGiven = (document: VectorsDocument, by: VectorsTask): EncodeAnswer => {
    try {
      return prepareGiven(document, by);
    } catch (error) {
      // What the codec finds wrong with given rows is in the bytes that came.
      return toFailure(error, "vectors.bytes");
    }
  };

  const run = async (task: EncodeTask): Promise<EncodeAnswer> => {
    switch (task.kind) {
      case "query": {
        if (isRaised(task.cancel)) throw new SluiceError("CANCELLED", "the caller went away");
        const encoder = await encoderOf(task.model);
        const { rows, isCut } = await encoder.encodeQuery(task.text);
        const cutAt = isCut ? endOfRead(encoder.traceQuery(task.text)) : undefined;
        return { kind: "query", query: { ...codecOf(task.codec).encodeQuery(rows), cutAt } };
      }
      case "document": {
        const encoder = await encoderOf(task.model);
        const passages = encoder.splitPassages(task);
        const [only, ...more] = passages;
        if (only === undefined || more.length > 0) return { kind: "split", passages };
        return prepare(only, await encoder.encodePassage(only.text), task);
      }
      case "passage": {
        const encoder = await encoderOf(task.model);
        return prepare(task.passage, await encoder.encodePassage(task.passage.text), task);
      }
      case "trace":
        return trace(task, await encoderOf(task.model), codecOf(task.codec));
      case "count": {
        const tokenizer = tokenizerOf(task.model);
        return { kind: "counts", counts: task.texts.map((text) => tokenizer.countTokens(text)) };
      }
      case "pairs":
        return scorePairs(task, await crossEncoderOf(task.model));
      case "rows":
        return encodeRows(task, await encoderOf(task.model));
      case "texts":
        return scoreTexts(task, await encoderOf(task.model), kernels);
      case "vectors":
        return { kind: "batch", answers: task.documents.map((one) => answerGiven(one, task)) };
    }
  };
  return {
    load: async (model) => {
      if (model.manifest.kind === "cross-encoder") await crossEncoderOf(model);
      else await encoderOf(model);
    },
    run: async (task) => {
      try {
        return await run(task);
      } catch (error) {
        return toFailure(error);
      }
    },
  };
}

/** Offset behind the last token that the model got. */
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
      if (isRaised(cancel)) throw new SluiceError("CANCELLED", "the caller went away");
      scores.push(floatRelevance(query, await encoder.encodePassage(window.text), kernels));
    }
    relevances.push(poolWindows(scores, pooling));
  }
  return { kind: "relevances", relevances };
}

/** The failure as an answer; an error that is none of ours is thrown on. */
function toFailure(error: unknown, fieldOtherwise?: string): EncodeAnswer {
  if (!(error instanceof SluiceError)) throw error;
  const { reason, message, field } = error;
  return { kind: "failed", reason, message, field: field ?? fieldOtherwise };
}

/** The map's value for `key`, made at the first call. */
function once<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
