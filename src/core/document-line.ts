// A document as one line of JSON, in the form that an import reads.

import type { Document, PassageVectors, PrecomputedVectors } from "./document.js";
import { typedFieldsToJson } from "./fields-json.js";

/** What a line holds of a document. */
export interface LineDocument extends Omit<Document, "vectors"> {
  /** One for each passage. Absent when the vectors are not wanted. */
  readonly passages?: readonly PassageVectors[] | undefined;
}

/**
 * One line, with its line feed. An import of it writes the same document: what plain JSON would
 * change is written with its type, such as `{"time": "2024-01-31T00:00:00.000Z"}`. The vectors of a
 * document of one passage are its `vectors`; those of several are `passages`, which imports skip.
 */
export function documentLine({ key, title, text, fields, passages = [] }: LineDocument): string {
  const [first, ...others] = passages;
  const line = {
    key,
    ...(title === "" ? {} : { title }),
    text,
    ...(fields.size === 0 ? {} : { fields: typedFieldsToJson(fields) }),
    ...(first === undefined ? {} : vectorsToJson(first, others)),
  };
  return `${JSON.stringify(line)}\n`;
}

function vectorsToJson(first: PassageVectors, others: readonly PassageVectors[]): object {
  if (others.length === 0) return { vectors: rowsToJson(first.vectors) };
  const passages = [first, ...others].map(({ span: { start, end }, vectors }) => {
    return { start, end, vectors: rowsToJson(vectors) };
  });
  return { passages };
}

function rowsToJson({ type, dim, bytes, modelFingerprint }: PrecomputedVectors): object {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  return { type, dim, base64, model_fingerprint: modelFingerprint };
}
