// Reads and deletes documents within the limits of one answer, for both ports.

import { SluiceError } from "../core/errors.js";
import type { Filter } from "../core/filter.js";
import { limits } from "../core/limits.js";
import { documentKey, integerIn, invalidField } from "../contract/validate.js";
import type { EngineApi, StoredDocument } from "../engine/api.js";
import { decodePageToken, encodePageToken } from "./page-token.js";

/** Entries of a page when the request does not say. */
export const pageSizeDefault = 100;
/** Documents read between two checks of the size of the answer. */
const readAheadCount = 16;

export interface FoundDocuments {
  /** In the order of the keys. */
  readonly documents: readonly StoredDocument[];
  /** Keys without a document. */
  readonly missingKeys: readonly string[];
}

/** Throws LIMIT_EXCEEDED when the documents do not fit into one answer. */
export async function getDocuments(
  engine: EngineApi,
  collection: string,
  keys: readonly string[],
): Promise<FoundDocuments> {
  checkKeys(keys);
  const documents: StoredDocument[] = [];
  const missingKeys: string[] = [];
  let byteCount = 0;
  for (let start = 0; start < keys.length; start += readAheadCount) {
    const part = keys.slice(start, start + readAheadCount);
    for (const [i, document] of (await engine.get(collection, part)).entries()) {
      if (document === undefined) missingKeys.push(part[i] ?? "");
      else documents.push(document);
      byteCount += document === undefined ? 0 : sizeOf(document);
    }
    if (byteCount > limits.responseBytesMax && start + part.length < keys.length) {
      throw new SluiceError(
        "LIMIT_EXCEEDED",
        `the first ${start + part.length} documents fill ${byteCount} bytes, the limit is ` +
          `${limits.responseBytesMax}; ask for fewer keys`,
        { field: "keys" },
      );
    }
  }
  return { documents, missingKeys };
}

export interface DocumentPage {
  /** In byte order of their keys. */
  readonly documents: readonly StoredDocument[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** A page over the size limit is truncated; its token continues after the last document of it. */
export async function listDocuments(
  engine: EngineApi,
  collection: string,
  page: { readonly pageSize: number | undefined; readonly pageToken: string },
): Promise<DocumentPage> {
  const range = { field: "page_size", min: 1, max: limits.pageSizeMax };
  const pageSize = integerIn(page.pageSize, range) ?? pageSizeDefault;
  const documents: StoredDocument[] = [];
  let byteCount = 0;
  let afterKey = decodePageToken(page.pageToken);
  do {
    const count = Math.min(readAheadCount, pageSize - documents.length);
    const part = await engine.list(collection, { pageSize: count, afterKey });
    for (const document of part.documents) {
      byteCount += sizeOf(document);
      if (documents.length > 0 && byteCount > limits.pageBytesMax) return pageOf(documents, true);
      documents.push(document);
    }
    afterKey = part.nextAfterKey;
  } while (afterKey !== undefined && documents.length < pageSize);
  return pageOf(documents, afterKey !== undefined);
}

function pageOf(documents: readonly StoredDocument[], hasMore: boolean): DocumentPage {
  const lastKey = documents.at(-1)?.key;
  const nextPageToken = hasMore && lastKey !== undefined ? encodePageToken(lastKey) : "";
  return { documents, nextPageToken };
}

/** Approximate size of a document in an answer, bytes. */
function sizeOf(document: StoredDocument): number {
  return document.title.length + document.text.length + 64 * (1 + document.fields.size);
}

/** `filter` and `keys` exclude each other. */
export async function removeDocuments(
  engine: EngineApi,
  collection: string,
  which: {
    readonly keys: readonly string[];
    readonly filter: Filter | undefined;
    readonly signal: AbortSignal;
  },
): Promise<{
  readonly deletedCount: number;
  readonly missingCount: number;
  readonly sequence: number;
  /** Conditions of the filter that no document could meet. */
  readonly unmatched: readonly string[];
}> {
  const { keys, filter, signal } = which;
  if (filter === undefined) {
    checkKeys(keys);
    return { ...(await engine.delete(collection, keys)), unmatched: [] };
  }
  if (keys.length > 0)
    throw invalidField("filter", "filter is set and keys are given; send one of them");
  return { ...(await engine.deleteWhere(collection, filter, { signal })), missingCount: 0 };
}

function checkKeys(keys: readonly string[]): void {
  if (keys.length === 0) throw invalidField("keys", "keys is empty; send at least one");
  if (keys.length > limits.keysPerRequestMax) {
    throw invalidField(
      "keys",
      `keys has ${keys.length} entries, the limit is ${limits.keysPerRequestMax}; ` +
        "send several requests",
    );
  }
  for (const [i, key] of keys.entries()) documentKey(key, `keys[${i}]`);
}
