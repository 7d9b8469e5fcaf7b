// Calls that read and change stored documents.

import { updateToMessage } from "../wire/document-messages.js";
import { definitions } from "../wire/definitions.js";
import { filterToMessage } from "../wire/filter-messages.js";
import type { Channel } from "./channel.js";
import type { SluiceClient } from "./client.js";
import { ackFromMessage, ingestErrorFromMessage, storedDocumentFromMessage } from "./messages.js";

export function documentCalls(
  channel: Channel,
): Pick<SluiceClient, "update" | "get" | "delete" | "deleteWhere" | "list"> {
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
