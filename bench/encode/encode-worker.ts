// Worker of the encode benchmark: the encoder's full path from text to token vectors, or only
// session.run on the same tokens.

import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { present } from "../../src/core/assert.js";
import type { LateInteractionEncoder } from "../../src/encoders/late-interaction-encoder.js";
import {
  createLateInteractionEncoder,
  createModelTokenizer,
} from "../../src/encoders/late-interaction-encoder.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import type { EncodeCommand, EncodeReport, EncodeSetup } from "./encode-protocol.js";

const port = present(parentPort, "the bench runs this in a worker");
const { folder, texts } = workerData as EncodeSetup;

const model = await openModelFolder(folder);
const startedAt = performance.now();
const encoder = await createLateInteractionEncoder(model);
report({
  kind: "ready",
  startMs: performance.now() - startedAt,
  rssBytes: process.memoryUsage().rss,
});

const bare = await InferenceSession.create(join(folder, model.manifest.onnx.file), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});
const tokens = passageIds();
const tokenCounts = texts.map((_, i) => countOf(tokens[i] ?? []));

port.on("message", (command: EncodeCommand) => {
  obey(command).catch((error: unknown) => {
    // Thrown outside a promise, so that it ends the worker and the benchmark is notified.
    setImmediate(() => {
      throw error;
    });
  });
});

async function obey(command: EncodeCommand): Promise<void> {
  if (command.kind === "stop") await stop();
  else report(await measure(command.path === "bare" ? runBare : runEncoder, command.durationMs));
}

async function measure(
  runOnce: (text: number) => Promise<void>,
  durationMs: number,
): Promise<EncodeReport> {
  await runOnce(0);
  const start = performance.now();
  let tokenCount = 0;
  for (let i = 0; performance.now() - start < durationMs; i += 1) {
    await runOnce(i % texts.length);
    tokenCount += tokenCounts[i % texts.length] ?? 0;
  }
  return { kind: "measured", tokenCount, elapsedMs: performance.now() - start };
}

async function runBare(text: number): Promise<void> {
  for (const ids of tokens[text] ?? []) {
    const dims = [1, ids.length];
    await bare.run({
      input_ids: new Tensor("int64", ids, dims),
      attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), dims),
      token_type_ids: new Tensor("int64", new BigInt64Array(ids.length), dims),
    });
  }
}

async function runEncoder(text: number): Promise<void> {
  for (const passage of passagesOf(encoder, text)) await encoder.encodePassage(passage.text);
}

function passagesOf(
  splitter: Pick<LateInteractionEncoder, "splitPassages">,
  text: number,
): { readonly text: string }[] {
  return splitter.splitPassages({ title: "A document", text: texts[text] ?? "" });
}

/** The ids that the encoder uses, so that both paths run the same inference. */
function passageIds(): BigInt64Array[][] {
  if (model.manifest.kind !== "late-interaction") throw new Error("a model of rows is needed");
  const tokenizer = createModelTokenizer(folder, model.manifest);
  return texts.map((_, i) => {
    return passagesOf(tokenizer, i).map((passage) => {
      return BigInt64Array.from(Array.from(tokenizer.passageIds(passage.text), BigInt));
    });
  });
}

function countOf(passages: readonly BigInt64Array[]): number {
  return passages.reduce((sum, ids) => sum + ids.length, 0);
}

async function stop(): Promise<void> {
  await encoder.close();
  await bare.release();
  port.close();
}

function report(message: EncodeReport): void {
  port.postMessage(message);
}
