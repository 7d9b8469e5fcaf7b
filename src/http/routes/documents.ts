// Documents: written, read, changed, deleted and exported.

import { z } from "zod";
import {
  deletedFields,
  deleteFields,
  documentAckFields,
  documentErrorFields,
  documentPageFields,
  fieldUpdateFields,
  foundDocumentsFields,
  getFields,
  pageFields,
  storedDocumentFields,
} from "../../contract/documents.js";
import type {
  DeleteRequest,
  DocumentPageRequest,
  FieldUpdateBody,
} from "../../contract/documents.js";
import { documentKey, invalidField } from "../../contract/validate.js";
import type { FieldUpdate } from "../../core/document.js";
import { SluiceError } from "../../core/errors.js";
import { limits } from "../../core/limits.js";
import type { WriteAck } from "../../ingest/write-operations.js";
import { removeDocuments, getDocuments, listDocuments } from "../../service/documents.js";
import { updateDocuments } from "../../service/update-documents.js";
import { documentSchema, documentFromJson } from "../document-json.js";
import { ingestLines } from "../document-stream.js";
import { conditionOf, entityTag } from "../conditions.js";
import { collectionOfPath, jsonAnswer, pathParameter } from "../exchange.js";
import type { HttpAnswer, HttpCallContext } from "../exchange.js";
import { exportBody, sendExport, exportLine, exportParameters } from "../export.js";
import { toJson } from "../../contract/to-json.js";
import { fromJson, objectOf } from "../field-json.js";
import { writeDocuments } from "../write-documents.js";
import { largeBody, smallBody } from "../requests.js";
import { hasLines, route } from "../route.js";
import type { HttpRoute } from "../route.js";

const tag = "Documents";

const acks = z.array(objectOf(documentAckFields));
const errors = z.array(objectOf(documentErrorFields));
const ack = objectOf(documentAckFields);
const ingestAnswer = z.strictObject({ acks, errors, answered_through: z.int() });
const stored = objectOf(storedDocumentFields);

/** Of a document whose key is in the path. */
const documentOfPath = z.looseObject({}).describe("A document; its key may be left out.");

const ingestParameters = {
  table: { acks: { type: "boolean" } },
  schema: z.strictObject({ acks: z.boolean().default(true) }),
} as const;

const writeRoutes: readonly HttpRoute[] = [
  route({
    tag,
    method: "POST",
    path: "/v1/collections/{collection}/documents",
    requirement: "write",
    rpcs: ["DocumentService/Ingest"],
    about:
      "Writes documents: of a JSON body, or of lines of JSON (`application/x-ndjson`) of any number, answered line by line as they become durable.",
    query: ingestParameters,
    body: {
      schema: z.strictObject({
        documents: z.array(z.unknown()).min(1).max(limits.keysPerRequestMax),
      }),
      limits: largeBody,
    },
    lines: { schema: documentSchema },
    answer: { status: 200, json: ingestAnswer, lines: ingestAnswer },
    async handle(call) {
      const collection = collectionOfPath(call);
      if (hasLines(call)) return ingestLines(call, collection, { answersAcks: call.query.acks });
      return jsonAnswer(await writeDocuments(call, collection, call.body.documents));
    },
  }),
  route({
    tag,
    method: "PUT",
    path: "/v1/collections/{collection}/documents/{key}",
    requirement: "write",
    rpcs: ["DocumentService/Ingest"],
    about:
      "Writes one document; `If-Match` with its entity tag, or `If-None-Match: *`, makes the write conditional.",
    body: { schema: documentOfPath, limits: largeBody },
    answer: { status: 200, json: ack },
    async handle(call) {
      const key = keyOf(call);
      const { key: sent = key } = call.body as { readonly key?: unknown };
      if (sent !== key) throw invalidField("key", "key is another than that of the path");
      const { ifSequence, ...document } = documentFromJson({ ...call.body, key }, (name) =>
        call.warnOfUnknown(name),
      );
      const acked = await call.engine.put(collectionOfPath(call), document, {
        ifSequence: conditionOf(call.request, ifSequence),
      });
      return acknowledged(key, acked);
    },
  }),
  route({
    tag,
    method: "PATCH",
    path: "/v1/collections/{collection}/documents/{key}",
    requirement: "write",
    rpcs: ["DocumentService/Update"],
    about: "Changes fields of a document without encoding its text again.",
    body: { schema: objectOf(withoutKey(fieldUpdateFields)), limits: smallBody },
    answer: { status: 200, json: ack },
    async handle(call) {
      const key = keyOf(call);
      const update = updateOf({ ...call.body, key }, "");
      const asked = { ...update, ifSequence: conditionOf(call.request, update.ifSequence) };
      const acked = await call.engine.update(collectionOfPath(call), asked);
      return acknowledged(key, acked);
    },
  }),
  route({
    tag,
    method: "POST",
    path: "/v1/collections/{collection}/documents:update",
    requirement: "write",
    rpcs: ["DocumentService/Update"],
    about: "Changes fields of several documents, each on its own.",
    body: {
      schema: z.strictObject({
        updates: z.array(objectOf(fieldUpdateFields)).max(limits.keysPerRequestMax),
      }),
      limits: smallBody,
    },
    answer: { status: 200, json: z.strictObject({ acks, errors }) },
    async handle(call) {
      const updates = call.body.updates.map((one, i) => updateOf(one, `updates[${i}].`));
      const log = { path: call.operation, logger: call.logger };
      return jsonAnswer(await updateDocuments(call.engine, collectionOfPath(call), updates, log));
    },
  }),
  route({
    tag,
    method: "DELETE",
    path: "/v1/collections/{collection}/documents/{key}",
    requirement: "write",
    rpcs: ["DocumentService/Delete"],
    about: "Deletes one document; one that is not there counts as missing.",
    answer: { status: 200, json: objectOf(deletedFields) },
    async handle(call) {
      const { engine, signal } = call;
      const which = { keys: [keyOf(call)], filter: undefined, signal };
      return jsonAnswer(
        toJson(deletedFields, await removeDocuments(engine, collectionOfPath(call), which)),
      );
    },
  }),
  route({
    tag,
    method: "POST",
    path: "/v1/collections/{collection}/documents:delete",
    requirement: "write",
    rpcs: ["DocumentService/Delete"],
    about: "Deletes documents by their keys, or all that match a filter.",
    body: { schema: objectOf(deleteFields), limits: smallBody },
    answer: { status: 200, json: objectOf(deletedFields) },
    async handle(call) {
      const { keys = [], filter } = fromJson<DeleteRequest>(deleteFields, call.body);
      const which = { keys, filter, signal: call.signal };
      const deleted = await removeDocuments(call.engine, collectionOfPath(call), which);
      return jsonAnswer(toJson(deletedFields, deleted));
    },
  }),
];

const readRoutes: readonly HttpRoute[] = [
  route({
    tag,
    method: "GET",
    path: "/v1/collections/{collection}/documents",
    requirement: "read",
    rpcs: ["DocumentService/List"],
    about: "Pages through documents in byte order of their keys.",
    query: { table: pageFields, schema: objectOf(pageFields) },
    answer: { status: 200, json: objectOf(documentPageFields) },
    async handle(call) {
      const { pageSize, pageToken = "" } = fromJson<DocumentPageRequest>(pageFields, call.query);
      const page = await listDocuments(call.engine, collectionOfPath(call), {
        pageSize,
        pageToken,
      });
      return jsonAnswer(toJson(documentPageFields, page));
    },
  }),
  route({
    tag,
    method: "GET",
    path: "/v1/collections/{collection}/documents/{key}",
    requirement: "read",
    rpcs: ["DocumentService/Get"],
    about: "Reads one document; its entity tag is its sequence.",
    answer: { status: 200, json: stored },
    async handle(call) {
      const key = keyOf(call);
      const [document] = await call.engine.get(collectionOfPath(call), [key]);
      if (document === undefined)
        throw new SluiceError("DOCUMENT_NOT_FOUND", `there is no document "${key}"`, {
          field: "key",
        });
      const headers = entityTag(document.sequence);
      return jsonAnswer(toJson(storedDocumentFields, document), { headers });
    },
  }),
  route({
    tag,
    method: "POST",
    path: "/v1/collections/{collection}/documents:get",
    requirement: "read",
    rpcs: ["DocumentService/Get"],
    about: "Reads documents by their keys.",
    body: { schema: objectOf(getFields), limits: smallBody },
    answer: { status: 200, json: objectOf(foundDocumentsFields) },
    async handle(call) {
      const { keys = [] } = fromJson<{ readonly keys?: readonly string[] }>(getFields, call.body);
      const found = await getDocuments(call.engine, collectionOfPath(call), keys);
      return jsonAnswer(toJson(foundDocumentsFields, found));
    },
  }),
];

const exportAnswer = { status: 200, lines: exportLine } as const;
const exportAbout =
  "Streams the documents of a collection as lines of JSON (NDJSON), which `sluice ingest` and a write of lines read.";
const exported = { tag, requirement: "read", rpcs: ["DocumentService/Export"] } as const;

const exportRoutes: readonly HttpRoute[] = [
  route({
    ...exported,
    method: "GET",
    path: "/v1/collections/{collection}/documents:export",
    about: exportAbout,
    query: { ...exportParameters, schema: exportBody },
    answer: exportAnswer,
    handle: (call) => sendExport(call, { ...call.query, collection: collectionOfPath(call) }),
  }),
  route({
    ...exported,
    method: "POST",
    path: "/v1/collections/{collection}/documents:export",
    about: exportAbout,
    body: { schema: exportBody, limits: smallBody, absent: "{}" },
    answer: exportAnswer,
    handle: (call) => sendExport(call, { ...call.body, collection: collectionOfPath(call) }),
  }),
  route({
    ...exported,
    method: "GET",
    path: "/v1/export",
    about: "The same export; the collection is a parameter.",
    query: { ...exportParameters, schema: exportBody.extend({ collection: z.string() }) },
    answer: exportAnswer,
    handle: (call) => sendExport(call, call.query),
  }),
  route({
    ...exported,
    method: "POST",
    path: "/v1/export",
    about: "The same export; the collection is in the body.",
    body: { schema: exportBody.extend({ collection: z.string() }), limits: smallBody },
    answer: exportAnswer,
    handle: (call) => sendExport(call, call.body),
  }),
];

export const documentRoutes: readonly HttpRoute[] = [
  ...writeRoutes,
  ...readRoutes,
  ...exportRoutes,
];

function acknowledged(key: string, { passageCount, sequence }: WriteAck): HttpAnswer {
  const shown = { clientSequence: 1, key, sequence, passageCount };
  return jsonAnswer(toJson(documentAckFields, shown), { headers: entityTag(sequence) });
}

function keyOf(call: HttpCallContext): string {
  return documentKey(pathParameter(call, "key"), "key");
}

function withoutKey({
  key: _key,
  ...fields
}: typeof fieldUpdateFields): Omit<typeof fieldUpdateFields, "key"> {
  return fields;
}

function updateOf(data: object, path: string): FieldUpdate {
  const change = fromJson<FieldUpdateBody>(fieldUpdateFields, data, path);
  const { key = "", set = new Map(), remove = [], ifSequence } = change;
  return { key: documentKey(key, `${path}key`), set, remove, ifSequence };
}
