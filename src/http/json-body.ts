// Validates JSON bodies against a schema; errors name the field.

import type { z } from "zod";
import { invalidField } from "../contract/validate.js";
import { SluiceError } from "../core/errors.js";
import { parseJson } from "../core/json.js";

/** From the text of a body. Throws INVALID_FIELD naming the field, or `body`. */
export function parseBody<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    const message = error instanceof Error ? error.message : "unreadable";
    throw invalidField("body", `the body is not JSON in UTF-8: ${message}`);
  }
  removeNulls(value);
  return parseValue(schema, value);
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

/** Throws INVALID_FIELD naming the first field that is wrong, or `body`. */
export function parseValue<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.code === "unrecognized_keys") {
    const name = [...issue.path.map(String), issue.keys[0]].join(".");
    throw invalidField(name, `${name} is not known to this version; leave it out`);
  }
  const name = issue === undefined || issue.path.length === 0 ? "body" : issue.path.join(".");
  throw invalidField(name, `${name}: ${issue?.message ?? "is wrong"}`);
}
