// Conditional writes: https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests. The entity
// tag of a document is its sequence.

import type { IncomingMessage } from "node:http";
import { invalidField } from "../contract/validate.js";

/** Header of an answer with or about a document. */
export function entityTag(sequence: number): Readonly<Record<string, string>> {
  return { etag: `"${sequence}"` };
}

/**
 * The sequence that the stored document must have, 0: be absent; from the headers, or else from the
 * body. Throws INVALID_FIELD for headers that say something else.
 */
export function conditionOf(
  { headers }: IncomingMessage,
  ofBody: number | undefined,
): number | undefined {
  const { "if-match": match, "if-none-match": noneMatch } = headers;
  if (noneMatch !== undefined) {
    if (noneMatch === "*" && match === undefined && ofBody === undefined) return 0;
    throw invalidField("if-none-match", "if-none-match takes *, and excludes other conditions");
  }
  if (match === undefined) return ofBody;
  const [, digits] = /^"(\d{1,15})"$/.exec(match) ?? [];
  if (digits === undefined)
    throw invalidField("if-match", "if-match is not the entity tag of a document");
  const sequence = Number(digits);
  if (ofBody !== undefined && ofBody !== sequence)
    throw invalidField("if_sequence", `if_sequence is ${ofBody}, and if-match ${match}`);
  return sequence;
}
