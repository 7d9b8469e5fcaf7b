// Documents that are written, read and changed. proto/sluice/v1/documents.proto documents each field
// for callers.

import type { Fields, IngestDocument, PrecomputedVectors } from "../core/document.js";
import type { Filter } from "../core/filter.js";
import { limits } from "../core/limits.js";
import { anyText, count, flag, implicit, list, message, optional, wholeNumbers } from "./fields.js";
import type { FieldTable } from "./fields.js";

/** A document to write, perhaps only over a certain version of it. */
export interface DocumentToWrite {
  /** Unique within the collection, 1 to 512 bytes of UTF-8. A stored document of it is replaced. */
  readonly key: string;
  /** Defaults to none. Of title, text and vectors, one must be present. */
  readonly title?: string | undefined;
  readonly text?: string | undefined;
  /** Typed values for filters, facets and orders. Defaults to none. */
  readonly fields?: Fields | undefined;
  /** When present, the document is one passage with these vectors and is not encoded. */
  readonly vectors?: PrecomputedVectors | undefined;
  /** The write is refused unless the stored document has this sequence; 0: unless it is absent. */
  readonly ifSequence?: number | undefined;
}

const noFields: Fields = new Map();

/** The document with an empty title, text and fields where it has none. */
export function toIngestDocument(document: DocumentToWrite): IngestDocument {
  const { title = "", text = "", fields = noFields } = document;
  return { ...document, title, text, fields };
}

const sequence = wholeNumbers(0, Number.MAX_SAFE_INTEGER);
const pageSize = optional(wholeNumbers(1, limits.pageSizeMax));
const keys = implicit(list({ type: "key" } as const, limits.keysPerRequestMax));

/** Of proto Document, with `if_sequence` of IngestItem. */
export const documentToWriteFields = {
  key: { type: "key" },
  title: implicit({ type: "text", bytesMax: limits.titleBytesMax }),
  text: implicit({ type: "text", bytesMax: limits.textBytesMax }),
  fields: implicit({ type: "documentFields" }),
  vectors: optional({ type: "vectors", rowCountMax: limits.passageRowsMax }),
  ifSequence: optional(sequence),
} satisfies FieldTable<DocumentToWrite>;

export interface DocumentInStore {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly fields: Fields;
  readonly sequence: number;
  readonly passageCount: number;
}

const within = "document";

/** Of proto StoredDocument. */
export const storedDocumentFields = {
  key: { type: "key", within },
  title: { ...anyText, within },
  text: { ...anyText, within },
  fields: { type: "documentFields", within },
  sequence: count,
  passageCount: count,
} satisfies FieldTable<DocumentInStore>;

export interface DocumentPageRequest {
  readonly pageSize?: number | undefined;
  readonly pageToken?: string | undefined;
}

/** Of proto DocumentServiceListRequest, without the collection. */
export const pageFields = {
  pageSize,
  pageToken: implicit(anyText),
} satisfies FieldTable<DocumentPageRequest>;

/** Of proto DocumentServiceListResponse. */
export const documentPageFields = {
  documents: list(message(storedDocumentFields)),
  nextPageToken: anyText,
} satisfies FieldTable<{
  readonly documents: readonly DocumentInStore[];
  readonly nextPageToken: string;
}>;

/** Of proto DocumentServiceGetRequest, without the collection. */
export const getFields = { keys } satisfies FieldTable<{
  readonly keys?: readonly string[] | undefined;
}>;

/** Of proto DocumentServiceGetResponse. */
export const foundDocumentsFields = {
  documents: list(message(storedDocumentFields)),
  missingKeys: list(anyText),
} satisfies FieldTable<{
  readonly documents: readonly DocumentInStore[];
  readonly missingKeys: readonly string[];
}>;

export interface DeleteRequest {
  readonly keys?: readonly string[] | undefined;
  readonly filter?: Filter | undefined;
}

/** Of proto DocumentServiceDeleteRequest, without the collection. */
export const deleteFields = {
  keys,
  filter: optional({ type: "filter" }),
} satisfies FieldTable<DeleteRequest>;

/** Of proto DocumentServiceDeleteResponse. */
export const deletedFields = {
  deletedCount: count,
  missingCount: count,
  sequence: count,
  unmatched: { ...list(anyText), wire: "unmatched_conditions" },
} satisfies FieldTable<{
  readonly deletedCount: number;
  readonly missingCount: number;
  readonly sequence: number;
  readonly unmatched: readonly string[];
}>;

export interface FieldUpdateBody {
  readonly key: string;
  readonly set?: Fields | undefined;
  readonly remove?: readonly string[] | undefined;
  readonly ifSequence?: number | undefined;
}

/** Of proto FieldUpdate. */
export const fieldUpdateFields = {
  key: { type: "key" },
  set: implicit({ type: "documentFields" }),
  remove: implicit(list(anyText, limits.fieldCountMax)),
  ifSequence: optional(sequence),
} satisfies FieldTable<FieldUpdateBody>;

/** Of proto IngestAck. */
export const documentAckFields = {
  clientSequence: count,
  key: anyText,
  sequence: count,
  passageCount: count,
} satisfies FieldTable<{
  readonly clientSequence: number;
  readonly key: string;
  readonly sequence: number;
  readonly passageCount: number;
}>;

/** Of proto IngestError. */
export const documentErrorFields = {
  clientSequence: count,
  key: anyText,
  reason: anyText,
  message: anyText,
  field: anyText,
  retryable: flag,
} satisfies FieldTable<{
  readonly clientSequence: number;
  readonly key: string;
  readonly reason: string;
  readonly message: string;
  readonly field: string;
  readonly retryable: boolean;
}>;
