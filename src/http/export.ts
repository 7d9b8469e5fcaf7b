// Documents of a collection as lines of JSON, at the pace of their reader.

import { z } from "zod";
import { checkRequest } from "../contract/check-fields.js";
import { documentToWriteFields } from "../contract/documents.js";
import { exportRequestFields } from "../contract/export.js";
import type { ExportRequest } from "../contract/export.js";
import { documentLine } from "../core/document-line.js";
import type { ExportedBatch } from "../engine/api.js";
import { sendAll } from "../search/send-updates.js";
import { toHttpFailure } from "./errors.js";
import { writeCounted } from "./exchange-bounds.js";
import { failLines } from "./responses.js";
import type { HttpCallContext } from "./exchange.js";
import { fromJson, objectOf, shapeOf } from "./field-json.js";

const { collection: _collection, ...options } = exportRequestFields;

/** The names and ranges of ExportRequest, without the collection. */
export const exportBody = z.strictObject(shapeOf(options));

/** Of the query string. */
export const exportParameters = { table: exportRequestFields } as const;

/** A line: a document as it can be written again. */
export const exportLine = objectOf(documentToWriteFields);

/** `data`: valid against the schema, with the collection. */
export async function sendExport(call: HttpCallContext, data: object): Promise<undefined> {
  const { engine, response, signal, services, logger } = call;
  const asked = fromJson<ExportRequest>(exportRequestFields, data);
  checkRequest<ExportRequest>(exportRequestFields, asked);
  try {
    await sendAll(engine.exportDocuments(asked, { signal }), {
      signal,
      stallMs: services.stalledStreamMs,
      send: (batch, done) => sendBatch(call, batch, done),
    });
    response.end();
  } catch (error) {
    if (signal.aborted) return;
    if (!response.headersSent) throw error;
    failLines(response, toHttpFailure(error, logger));
  }
}

/** The first batch has no documents: the headers are sent with it. */
function sendBatch(
  call: HttpCallContext,
  { documents, lastSequence }: ExportedBatch,
  done: (error?: Error | null) => void,
): void {
  const { response } = call;
  if (!response.headersSent) {
    call.takeOver();
    response.writeHead(200, {
      "content-type": "application/x-ndjson; charset=utf-8",
      "x-sluice-last-sequence": lastSequence,
    });
    response.flushHeaders();
  }
  const text = documents.map(documentLine).join("");
  if (text === "") {
    done();
    return;
  }
  writeCounted(response, text, done);
}
