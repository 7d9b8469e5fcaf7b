// Regression gate: measures that must not fall below a recorded baseline.

import { SluiceError } from "../core/errors.js";
import { parseJson } from "../core/json.js";
import type { Evaluation } from "./evaluate.js";
import { readText } from "./table-lines.js";

/** Baseline and allowed decrease, by the measure's written form. */
export type Gate = ReadonlyMap<string, { readonly value: number; readonly allowance: number }>;

export interface GateRow {
  readonly measure: string;
  readonly baseline: number;
  readonly allowance: number;
  readonly value: number;
  /** Value minus baseline. */
  readonly change: number;
  readonly isPassed: boolean;
}

/** Throws INVALID_FIELD when a measure of the gate was not evaluated. O(measures). */
export function checkGate(evaluation: Evaluation, gate: Gate): GateRow[] {
  return Array.from(gate, ([measure, { value: baseline, allowance }]) => {
    const found = evaluation.means.find((mean) => mean.measure === measure);
    if (found === undefined) {
      const known = evaluation.measures.join(", ");
      throw new SluiceError("INVALID_FIELD", `no measure "${measure}"; evaluated: ${known}`);
    }
    const change = found.mean - baseline;
    // Tolerates the rounding of values in the file.
    const isPassed = change >= -allowance - 1e-9;
    return { measure, baseline, allowance, value: found.mean, change, isPassed };
  });
}

/** Reads the format of `formatGate`. Throws INVALID_INPUT_FILE. */
export async function readGate(path: string): Promise<Gate> {
  return parseGate(await readText(path), path);
}

/**
 * JSON such as `{"measures": {"nDCG@10": {"value": 0.75, "allowance": 0.003}}}`. `file` is named in
 * errors. Throws INVALID_INPUT_FILE.
 */
export function parseGate(text: string, file: string): Gate {
  const fail = (fault: string): never => {
    throw new SluiceError("INVALID_INPUT_FILE", `${file}: ${fault}`);
  };
  let parsed: unknown;
  try {
    parsed = parseJson(text);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const measures = entriesOf(entriesOf(parsed).get("measures"));
  if (measures.size === 0) fail(`"measures" is missing or empty`);
  const gate = new Map<string, { value: number; allowance: number }>();
  for (const [measure, row] of measures) {
    const value = entriesOf(row).get("value");
    const allowance = entriesOf(row).get("allowance");
    if (!isShare(value) || !isShare(allowance))
      return fail(`"${measure}" needs a value and an allowance, both from 0 to 1`);
    gate.set(measure, { value, allowance });
  }
  return gate;
}

/** A gate at the values of an evaluation; `allowance` in [0, 1] applies to every measure. */
export function formatGate(evaluation: Evaluation, allowance: number): string {
  const measures = evaluation.means.map(({ measure, mean }) => [
    measure,
    { value: Number(mean.toFixed(6)), allowance },
  ]);
  return `${JSON.stringify({ measures: Object.fromEntries(measures) as object }, null, 2)}\n`;
}

function entriesOf(value: unknown): Map<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function isShare(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}
