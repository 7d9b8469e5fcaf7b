// Fields of documents for their passages, which the journal keeps without them.

import type { Fields } from "../core/document.js";
import { asDamage } from "../core/errors.js";

const none: Fields = new Map();

/**
 * A document's passages follow one another, so the last document is remembered. A document that is
 * damaged, or was deleted meanwhile, has no fields.
 */
export function createDocumentFields(
  read: (key: string) => Fields | undefined,
): (key: string) => Fields {
  let last: { readonly key: string; readonly fields: Fields } | undefined;
  return (key) => {
    if (last?.key === key) return last.fields;
    let fields: Fields | undefined;
    try {
      fields = read(key);
    } catch (error) {
      asDamage(error);
    }
    last = { key, fields: fields ?? none };
    return last.fields;
  };
}
