// Validates JSON bodies against a schema; errors name the field.

import type { z } from "zod";
import { invalidField } from "../contract/validate.js";
import { SluiceError } from "../core/errors.js";
import { parseJson } from "../core/json.js";

/** Called with the name of each property that is unknown to this version, which is ignored. */
export type OnUnknown = (name: string) => void;

/** From the text of a body. Throws INVALID_FIELD naming the field, or `body`. */
export function parseBody<T>(schema: z.ZodType<T>, text: string, onUnknown: OnUnknown): T {
  return parseValue(schema, parseJsonText(text), onUnknown);
}

/** Throws INVALID_FIELD naming the property, or `body`. */
export function parseJsonText(text: string): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    const message = error instanceof Error ? error.message : "unreadable";
    throw invalidField("body", `the body is not JSON in UTF-8: ${message}`);
  }
  removeNulls(value);
  return value;
}

/**
 * Properties that are null, which typed clients send for what is not set, count as absent. In
 * place; entries of lists stay.
 */
function removeNulls(root: unknown): void {
  const waiting = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null) continue;
    for (const [name, one] of Object.entries(value) as [string, unknown][]) {
      if (one === null && !Array.isArray(value)) Reflect.deleteProperty(value, name);
      else if (typeof one === "object") waiting.push(one);
    }
  }
}

/**
 * Removes properties of `value` that the schema does not know, which a newer client may send.
 * Throws INVALID_FIELD naming the first field that is wrong, or `body`.
 */
export function parseValue<T>(schema: z.ZodType<T>, value: unknown, onUnknown: OnUnknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues.filter((one) => !isOfUnknown(one));
  if (issue !== undefined) {
    const name = issue.path.length === 0 ? "body" : issue.path.join(".");
    throw invalidField(name, `${name}: ${issue.message}`);
  }
  for (const unknown of parsed.error.issues.filter(isOfUnknown)) {
    const holder = at(value, unknown.path);
    for (const key of unknown.keys) {
      onUnknown([...unknown.path.map(String), key].join("."));
      if (typeof holder === "object" && holder !== null) Reflect.deleteProperty(holder, key);
    }
  }
  return parseValue(schema, value, onUnknown);
}

type UnknownKeys = Extract<z.core.$ZodIssue, { readonly code: "unrecognized_keys" }>;

function isOfUnknown(issue: z.core.$ZodIssue): issue is UnknownKeys {
  return issue.code === "unrecognized_keys";
}

function at(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    root,
  );
}
