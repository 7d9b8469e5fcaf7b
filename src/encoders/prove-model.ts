// Runs a model once, so that errors appear when it is added or verified instead of at first use.

import { isSluiceError } from "../core/errors.js";
import type { TokenMatrix } from "../core/token-matrix.js";
import { createCrossEncoder } from "./cross-encoder.js";
import { createLateInteractionEncoder } from "./late-interaction-encoder.js";
import type { OpenedModel } from "./model-folder.js";
import { invalidModel } from "./model-manifest.js";

const sample = "A river carries words to the sea.";

/** Throws MODEL_INVALID naming the problem. About 200 ms for the embedded model. */
export async function proveModel(model: OpenedModel): Promise<void> {
  try {
    if (model.manifest.kind === "cross-encoder") await provePairs(model);
    else await proveRows(model);
  } catch (error) {
    if (!isSluiceError(error) || error.reason === "MODEL_INVALID") throw error;
    throw invalidModel(model.folder, `it cannot be run: ${error.message}`, error);
  }
}

async function proveRows(model: OpenedModel): Promise<void> {
  const encoder = await createLateInteractionEncoder(model);
  try {
    const { rows } = await encoder.encodeQuery(sample);
    if (haveOneDirection(rows))
      throw invalidModel(model.folder, "its rows all have the same direction, so it cannot rank");
    await encoder.encodePassage(sample);
  } finally {
    await encoder.close();
  }
}

/** Rows of different tokens whose cosine is above this are taken for one direction. */
const sameCosineMin = 0.99999;

function haveOneDirection({ values, dim, rowCount }: TokenMatrix): boolean {
  const first = values.subarray(0, dim);
  for (let row = 1; row < rowCount; row += 1) {
    const start = row * dim;
    const cosine = first.reduce((sum, value, i) => sum + value * (values[start + i] ?? 0), 0);
    if (cosine < sameCosineMin) return false;
  }
  return true;
}

async function provePairs(model: OpenedModel): Promise<void> {
  const encoder = await createCrossEncoder(model);
  try {
    const cancel = new SharedArrayBuffer(4);
    await encoder.relevance(sample, sample, { pooling: "best", cancel });
  } finally {
    await encoder.close();
  }
}
