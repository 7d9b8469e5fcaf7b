// The unit rows of a late-interaction model: its graph, the head behind it, and normalizing.

import { assert } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import { loadModelHead } from "./model-head.js";
import type { LateInteractionManifest } from "./model-manifest.js";
import { checkFinite, openOnnxSession } from "./onnx-session.js";
import type { OnnxSession } from "./onnx-session.js";

/**
 * Like `openOnnxSession`; `run` gives `ids.length x manifest.dim` values, each row of length 1.
 * It throws INTERNAL for a row without a direction.
 */
export async function openRowSession(
  folder: string,
  manifest: LateInteractionManifest,
): Promise<OnnxSession> {
  const head = manifest.head && loadModelHead(folder, manifest.head);
  const dim = head?.inputs ?? manifest.dim;
  const session = await openOnnxSession({ folder, manifest }, { kind: "token-rows", dim });
  return {
    async run(input) {
      const rows = await session.run(input);
      if (head === undefined) return toUnitRows(rows, manifest);
      return toUnitRows(checkFinite(head.apply(rows), manifest.name), manifest);
    },
    close: () => session.close(),
  };
}

/** Normalizes vectors in place when the graph does not. A zero vector is a fault of the model. */
function toUnitRows(values: Float32Array, manifest: LateInteractionManifest): Float32Array {
  if (manifest.rowsAreUnit) return values;
  const { dim } = manifest;
  assert(values.length % dim === 0, "the model gives whole rows");
  for (let start = 0; start < values.length; start += dim) {
    const row = values.subarray(start, start + dim);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (norm === 0)
      throw new SluiceError("INTERNAL", `model ${manifest.name} produced a zero vector`);
    for (let i = 0; i < dim; i += 1) row[i] = (row[i] ?? 0) / norm;
  }
  return values;
}
