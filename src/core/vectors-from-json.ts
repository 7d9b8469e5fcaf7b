// JSON values as precomputed token vectors, for files and for requests.

import { vectorValueBytes } from "./document.js";
import type { PrecomputedVectors } from "./document.js";
import { SluiceError } from "./errors.js";
import { limits } from "./limits.js";

/**
 * Nested arrays of numbers, or `{type, dim, base64, model_fingerprint?}` with rows one after the
 * other, little-endian. Throws INVALID_VECTORS naming `path`. Only the shape is checked, not whether
 * bytes stand for finite numbers. O(bytes).
 */
export function vectorsFromJson(value: unknown, path: string): PrecomputedVectors {
  return Array.isArray(value) ? fromRows(value, path) : fromBytes(value, path);
}

function fromRows(rows: readonly unknown[], path: string): PrecomputedVectors {
  const dim = Array.isArray(rows[0]) ? rows[0].length : 0;
  if (dim === 0) throw invalid(path, "has no rows of numbers");
  const values = new Float32Array(rows.length * dim);
  for (const [i, row] of rows.entries()) {
    if (!Array.isArray(row) || row.length !== dim) {
      throw invalid(path, `has a row ${i} of a length other than row 0, which has ${dim}`);
    }
    for (const [j, number] of row.entries()) {
      if (typeof number !== "number" || !Number.isFinite(Math.fround(number))) {
        throw invalid(path, `has a value in row ${i} that is not a finite number`);
      }
      values[i * dim + j] = number;
    }
  }
  return { type: "float32", dim, bytes: new Uint8Array(values.buffer) };
}

function fromBytes(value: unknown, path: string): PrecomputedVectors {
  if (typeof value !== "object" || value === null)
    throw invalid(path, "is neither rows of numbers nor an object with type, dim and base64");
  const { type, dim, base64, model_fingerprint } = value as Readonly<Record<string, unknown>>;
  if (type !== "float32" && type !== "float16" && type !== "int8")
    throw invalid(`${path}.type`, "is none of float32, float16, int8");
  if (typeof dim !== "number" || !Number.isInteger(dim) || dim < 1 || dim > limits.dimMax)
    throw invalid(`${path}.dim`, `is no whole number from 1 to ${limits.dimMax}`);
  if (typeof base64 !== "string" || base64 === "" || base64.length % 4 !== 0)
    throw invalid(`${path}.base64`, "is not base64");
  const bytes = Buffer.from(base64, "base64");
  // Node's decoder skips characters that are not base64, so that fewer bytes come out.
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  if (bytes.length !== (base64.length / 4) * 3 - padding)
    throw invalid(`${path}.base64`, "is not base64");
  const rowBytes = dim * vectorValueBytes[type];
  if (bytes.length % rowBytes !== 0)
    throw invalid(
      `${path}.base64`,
      `has ${bytes.length} bytes, which are not whole rows of ${dim} ${type} numbers`,
    );
  const modelFingerprint = fingerprint(model_fingerprint, path);
  if (modelFingerprint === undefined) return { type, dim, bytes };
  return { type, dim, bytes, modelFingerprint };
}

function fingerprint(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string" && /^[0-9a-f]{64}$/.test(value)) return value;
  throw invalid(`${path}.model_fingerprint`, "is not 64 hexadecimal digits");
}

function invalid(path: string, fault: string): SluiceError {
  return new SluiceError("INVALID_VECTORS", `${path} ${fault}`, { field: path });
}
