// Converts token vectors to messages, and validates those from messages.

import { invalidField, quote, vectorDim } from "../contract/validate.js";
import type { PrecomputedVectors, VectorType } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import type { Vectors, Vectors__Output } from "../gen/proto/sluice/v1/Vectors.js";
import type { VectorType as VectorTypeMessage } from "../gen/proto/sluice/v1/VectorType.js";

const vectorTypeNames = {
  float32: "VECTOR_TYPE_FLOAT32",
  float16: "VECTOR_TYPE_FLOAT16",
  int8: "VECTOR_TYPE_INT8",
} as const satisfies Record<VectorType, VectorTypeMessage>;

export function vectorsToMessage(vectors: PrecomputedVectors): Vectors {
  const { bytes } = vectors;
  return {
    type: vectorTypeNames[vectors.type],
    dim: vectors.dim,
    // The serializer requires a Buffer; this one shares the memory.
    rows: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    model_fingerprint: vectors.modelFingerprint ?? "",
  };
}

const vectorTypes: Partial<Record<string, { type: VectorType; byteCount: number }>> = {
  VECTOR_TYPE_FLOAT32: { type: "float32", byteCount: 4 },
  VECTOR_TYPE_FLOAT16: { type: "float16", byteCount: 2 },
  VECTOR_TYPE_INT8: { type: "int8", byteCount: 1 },
};

/** Checks the shape only; decoding the values checks that they are finite. */
export function vectorsFromMessage(
  message: Vectors__Output,
  at: { readonly field: string; readonly rowCountMax: number },
): PrecomputedVectors {
  const { field } = at;
  const known = vectorTypes[message.type];
  if (known === undefined) {
    throw invalidField(
      `${field}.type`,
      `${field}.type is missing or unknown; send FLOAT32, FLOAT16 or INT8`,
    );
  }
  const dim = vectorDim(message.dim, `${field}.dim`);
  const rowBytes = dim * known.byteCount;
  const rowCount = message.rows.length / rowBytes;
  if (rowCount === 0 || !Number.isInteger(rowCount)) {
    throw new SluiceError(
      "INVALID_VECTORS",
      `${field}.rows has ${message.rows.length} bytes, which are not one or more rows of ` +
        `${rowBytes} bytes`,
      { field: `${field}.rows` },
    );
  }
  if (rowCount > at.rowCountMax) {
    throw new SluiceError(
      "INVALID_VECTORS",
      `${field}.rows has ${rowCount} rows, the limit is ${at.rowCountMax}; send fewer`,
      { field: `${field}.rows` },
    );
  }
  const given = { type: known.type, dim, bytes: message.rows };
  if (message.model_fingerprint === "") return given;
  return { ...given, modelFingerprint: fingerprint(message.model_fingerprint, field) };
}

function fingerprint(value: string, field: string): string {
  if (/^[0-9a-f]{64}$/.test(value)) return value;
  const path = `${field}.model_fingerprint`;
  throw invalidField(path, `${path} is ${quote(value)}; send 64 hexadecimal digits or nothing`);
}
