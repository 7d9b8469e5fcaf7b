// A document of the store as callers read it.

import type { DocumentRecord } from "../store/stored-values.js";
import type { StoredDocument } from "./api.js";

export function toStored(key: string, record: DocumentRecord): StoredDocument {
  const { title, text, fields, sequence, spans } = record;
  return { key, title, text, fields, sequence, passageCount: spans.length };
}
