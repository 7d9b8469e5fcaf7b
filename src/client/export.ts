// Exported documents as the client reads them.

import { exportRequestFields } from "../contract/export.js";
import type { ExportRequest } from "../contract/export.js";
import { present } from "../core/assert.js";
import type { PassageVectors } from "../core/document.js";
import { limits } from "../core/limits.js";
import type { ExportedDocument__Output } from "../gen/proto/sluice/v1/ExportedDocument.js";
import { definitions } from "../wire/definitions.js";
import { toMessage } from "../wire/field-messages.js";
import { vectorsFromMessage } from "../wire/vector-messages.js";
import type { CallOptions, Channel } from "./channel.js";
import { storedDocumentFromMessage } from "./messages.js";
import { readStream } from "./stream.js";
import type { ClientStoredDocument } from "./types.js";

/** Some documents of an export. */
export interface ClientExportedBatch {
  readonly documents: readonly ClientExportedDocument[];
  /** Sequence of the last write that the export sees; the same in all batches. */
  readonly lastSequence: number;
}

/** A document, with its token vectors when they were asked for. */
export interface ClientExportedDocument extends ClientStoredDocument {
  /** One for each passage, in order; empty unless asked for. */
  readonly passages: readonly PassageVectors[];
}

export async function* readExport(
  channel: Channel,
  request: ExportRequest,
  options: CallOptions,
): AsyncGenerator<ClientExportedBatch, void, void> {
  const method = definitions().documents.Export;
  const message = toMessage(exportRequestFields, request);
  for await (const response of readStream(channel, method, message, options))
    yield {
      documents: response.documents.map(exportedFromMessage),
      lastSequence: Number(response.last_sequence),
    };
}

function exportedFromMessage({
  stored,
  passages,
}: ExportedDocument__Output): ClientExportedDocument {
  const rowCountMax = limits.passageRowsMax;
  return {
    ...storedDocumentFromMessage(present(stored, "the server sends exported documents whole")),
    passages: passages.map(({ span, vectors }) => ({
      span: present(span, "every passage has a place"),
      vectors: vectorsFromMessage(present(vectors, "every passage has vectors"), {
        field: "vectors",
        rowCountMax,
      }),
    })),
  };
}
