// Calls that read and change stored documents.

import { updateToMessage } from "../wire/document-messages.js";
import { definitions } from "../wire/definitions.js";
import { filterToMessage } from "../wire/filter-messages.js";
import type { FilteredDelete } from "../contract/filtered-delete.js";
import type { FieldUpdate } from "../core/document.js";
import type { Filter } from "../core/filter.js";
import type { CallOptions, Channel } from "./channel.js";
import { ackFromMessage, ingestErrorFromMessage, storedDocumentFromMessage } from "./messages.js";
import type { ClientIngestAck, ClientIngestError, ClientStoredDocument } from "./types.js";

/** Documents in byte order of their keys. */
export interface ClientDocumentPage {
  readonly documents: ClientStoredDocument[];
  /** Absent on the last page. */
  readonly nextPageToken: string | undefined;
}

/** Calls that read and change stored documents. */
export interface DocumentCalls {
  /**
   * Changes fields of at most 1,000 documents, each on its own, without encoding their texts again.
   * Resolves when the changes are durable and visible. Not retried after it was sent.
   */
  update(
    collection: string,
    updates: readonly FieldUpdate[],
    options?: CallOptions,
  ): Promise<{ readonly acks: ClientIngestAck[]; readonly errors: ClientIngestError[] }>;
  /** Documents in the order of `keys`, at most 1,000, without those that do not exist. */
  get(
    collection: string,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<{ readonly documents: ClientStoredDocument[]; readonly missingKeys: string[] }>;
  /**
   * Deletes documents by key; resolves when that is durable. Keys that do not exist are counted.
   */
  delete(
    collection: string,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<{
    readonly deletedCount: number;
    readonly missingCount: number;
    readonly sequence: number;
  }>;
  /** Deletes every document that matches the filter. Calling it again resumes after an error. */
  deleteWhere(collection: string, filter: Filter, options?: CallOptions): Promise<FilteredDelete>;
  /** A page of documents, of 100 unless `pageSize` says another number, up to 1,000. */
  list(
    collection: string,
    page?: { readonly pageSize?: number; readonly pageToken?: string },
    options?: CallOptions,
  ): Promise<ClientDocumentPage>;
}

export function documentCalls(channel: Channel): DocumentCalls {
  const service = definitions().documents;
  const isIdempotent = true;
  return {
    update: async (collection, updates, options = {}) => {
      const request = { collection, updates: updates.map(updateToMessage) };
      const response = await channel.unary(service.Update, request, {
        ...options,
        isIdempotent: false,
      });
      return {
        acks: response.acks.map(ackFromMessage),
        errors: response.errors.map(ingestErrorFromMessage),
      };
    },
    get: async (collection, keys, options = {}) => {
      const request = { collection, keys: [...keys] };
      const response = await channel.unary(service.Get, request, { ...options, isIdempotent });
      return {
        documents: response.documents.map(storedDocumentFromMessage),
        missingKeys: response.missing_keys,
      };
    },
    delete: async (collection, keys, options = {}) => {
      const request = { collection, keys: [...keys] };
      const response = await channel.unary(service.Delete, request, { ...options, isIdempotent });
      return {
        deletedCount: Number(response.deleted_count),
        missingCount: Number(response.missing_count),
        sequence: Number(response.sequence),
      };
    },
    deleteWhere: async (collection, filter, options = {}) => {
      const request = { collection, filter: filterToMessage(filter) };
      const response = await channel.unary(service.Delete, request, { ...options, isIdempotent });
      return {
        deletedCount: Number(response.deleted_count),
        sequence: Number(response.sequence),
        unmatched: response.unmatched_conditions,
      };
    },
    list: async (collection, page = {}, options = {}) => {
      const request = {
        collection,
        page_token: page.pageToken ?? "",
        ...(page.pageSize === undefined ? {} : { page_size: page.pageSize }),
      };
      const response = await channel.unary(service.List, request, { ...options, isIdempotent });
      const { next_page_token: token } = response;
      return {
        documents: response.documents.map(storedDocumentFromMessage),
        nextPageToken: token === "" ? undefined : token,
      };
    },
  };
}
