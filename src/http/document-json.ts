// Documents of JSON bodies and lines, in the form that an export writes and an import reads.

import { documentToWriteFields } from "../contract/documents.js";
import type { DocumentToWrite } from "../contract/documents.js";
import { documentKey } from "../contract/validate.js";
import type { IngestDocument } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { fromJson, objectOf } from "./field-json.js";
import { parseValue } from "./json-body.js";
import type { OnUnknown } from "./json-body.js";

export const documentSchema = objectOf(documentToWriteFields);

/** Throws for a wrong document; `path` as in `fromJson`. Ranges are checked as it is written. */
export function documentFromJson(value: unknown, onUnknown: OnUnknown): IngestDocument {
  const data = parseValue(documentSchema, value, onUnknown);
  const read = fromJson<DocumentToWrite>(documentToWriteFields, data);
  const { key = "", title = "", text = "", fields = new Map(), vectors, ifSequence } = read;
  documentKey(key, "key");
  if (vectors === undefined && title.trim() === "" && text.trim() === "")
    throw new SluiceError("INVALID_TEXT", "text and title are empty and no vectors are given", {
      field: "text",
    });
  return { key, title, text, fields, vectors, ifSequence };
}

/** The key of a document that may be wrong, for its error; empty when there is none. */
export function sentKeyOf(value: unknown): string {
  if (typeof value !== "object" || value === null || !("key" in value)) return "";
  const { key } = value;
  const isKey = typeof key === "string" && Buffer.byteLength(key) <= limits.keyBytesMax;
  return isKey ? key : "";
}
