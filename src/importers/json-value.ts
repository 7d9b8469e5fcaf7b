// Values of other formats as those of JSON with typed values, as core/fields-from-json.ts reads them.

/**
 * A time as `{time: ...}`, bytes as text when they are UTF-8, other objects property by property;
 * integers stay bigints, and undefined and not-a-number become null.
 */
export function toJsonValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Number.isNaN(value)) return null;
  if (typeof value !== "object") return value;
  if (value instanceof Date) return { time: value.toISOString() };
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (ArrayBuffer.isView(value) || Array.isArray(value))
    return Array.from(value as Iterable<unknown>, toJsonValue);
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, toJsonValue(one)] as const),
  );
}
