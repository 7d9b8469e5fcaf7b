// /v1/export: documents of a collection as lines of JSON, at the pace of their reader.

import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { checkRequest } from "../contract/check-fields.js";
import { exportRequestFields } from "../contract/export.js";
import type { ExportRequest } from "../contract/export.js";
import { documentLine } from "../core/document-line.js";
import { limits } from "../core/limits.js";
import type { EngineApi, ExportedBatch } from "../engine/api.js";
import { sendAll } from "../search/send-updates.js";
import { toHttpFailure } from "./errors.js";
import type { HttpLogger } from "./errors.js";
import { boundsOf } from "./exchange-bounds.js";
import { fromJson, shapeOf } from "./field-json.js";
import { parseBody, parseValue } from "./json-body.js";
import { objectFromParameters } from "./parameters.js";
import { readBody } from "./requests.js";
import { sendFailure } from "./responses.js";

const bodyLimits = { bytesMax: limits.searchBodyBytesMax, valuesMax: limits.searchBodyValuesMax };

/** The names and ranges of ExportRequest. */
const exportBody = z.strictObject(shapeOf(exportRequestFields));

export async function handleExport(
  context: {
    readonly engine: EngineApi;
    readonly logger: HttpLogger;
    readonly stalledStreamMs: number;
  },
  exchange: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly url: URL;
  },
): Promise<void> {
  const { request, response, url } = exchange;
  const controller = new AbortController();
  const { signal } = controller;
  response.on("close", () => controller.abort());
  try {
    const asked = toRequest(
      request.method === "GET"
        ? parseValue(exportBody, objectFromParameters(exportRequestFields, url.searchParams))
        : parseBody(exportBody, await readBody(request, bodyLimits)),
    );
    await sendAll(context.engine.exportDocuments(asked, { signal }), {
      signal,
      stallMs: context.stalledStreamMs,
      send: (batch, done) => sendBatch(response, batch, done),
    });
    response.end();
  } catch (error) {
    if (signal.aborted) return;
    const failure = toHttpFailure(error, context.logger);
    if (!response.headersSent) {
      sendFailure(response, failure);
      return;
    }
    // The status line was already sent: a last line carries the error, and the transfer stays
    // incomplete, which every reader is told of.
    response.write(`${JSON.stringify(failure.body)}\n`, () => response.destroy());
  }
}

function toRequest(data: z.output<typeof exportBody>): ExportRequest {
  const request = fromJson<ExportRequest>(exportRequestFields, data);
  checkRequest<ExportRequest>(exportRequestFields, request);
  return request;
}

/** The first batch has no documents: the headers are sent with it. */
function sendBatch(
  response: ServerResponse,
  { documents, lastSequence }: ExportedBatch,
  done: (error?: Error | null) => void,
): void {
  if (!response.headersSent) {
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
  const taken = boundsOf(response.req).sent(text.length);
  response.write(text, (error) => {
    taken();
    done(error);
  });
}
