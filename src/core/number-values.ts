// Numbers of filters: an integer and a float are equal when their values are, however each is
// written.

import type { FieldValue, SingleValue } from "./document.js";

type NumberValue = Extract<SingleValue, { readonly kind: "integer" | "float" }>;

/**
 * The value of a decimal such as `10`, `10.0`, `1e1` or `-.5`, which must be one: an integer when it
 * is whole and fits 64 bits, otherwise the nearest double.
 */
export function parseNumber(text: string): NumberValue {
  const whole = wholeValue(text);
  return whole === undefined
    ? { kind: "float", value: Number(text) }
    : { kind: "integer", value: whole };
}

const decimal = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** 64-bit integers have at most 19 digits. */
const digitsMax = 19;

function wholeValue(text: string): bigint | undefined {
  const [, sign, before = "", after = "", exponent = "0"] = decimal.exec(text) ?? [];
  const digits = `${before}${after}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const zeros = digits.length - significant.length + Number(exponent) - after.length;
  if (significant === "") return 0n;
  if (zeros < 0 || significant.length + zeros > digitsMax) return undefined;
  const size = BigInt(significant) * 10n ** BigInt(zeros);
  const value = sign === "-" ? -size : size;
  return fits64Bits(value) ? value : undefined;
}

export function fits64Bits(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** What an integer field must hold to equal one of `values`. */
export function integersAmong(values: readonly FieldValue[]): bigint[] {
  return values.flatMap(({ kind, value }) => {
    if (kind === "integer") return [value];
    if (kind !== "float" || !Number.isInteger(value)) return [];
    const whole = BigInt(value);
    return fits64Bits(whole) ? [whole] : [];
  });
}

/** What a float field must hold to equal one of `values`. */
export function floatsAmong(values: readonly FieldValue[]): number[] {
  return values.flatMap(({ kind, value }) => {
    if (kind === "float") return [value];
    return kind === "integer" && BigInt(Number(value)) === value ? [Number(value)] : [];
  });
}
