// Every field of the protos is in the tables of src/contract/, and reaches every way in and out.

import assert from "node:assert/strict";

import { updateFromMessage } from "../../../src/client/messages.js";
import { explainRequestFields } from "../../../src/contract/explain.js";
import { wireName } from "../../../src/contract/fields.js";
import type { AnyField, AnyTable } from "../../../src/contract/fields.js";
import { operationFields } from "../../../src/contract/operations.js";
import { rerankRequestFields, rerankUpdateFields } from "../../../src/contract/rerank.js";
import { searchRequestFields } from "../../../src/contract/search-request.js";
import type { SearchRequest } from "../../../src/contract/search-request.js";
import { searchUpdateFields } from "../../../src/contract/search-update.js";
import { slowSearchesFields } from "../../../src/contract/slow-searches.js";
import type { HttpServer } from "../../../src/http/server.js";
import { searchRequestFromMessage } from "../../../src/rpc/requests.js";
import { definitions } from "../../../src/wire/definitions.js";
import { toMessage } from "../../../src/wire/field-messages.js";
import { updates } from "../../support/edge-engine.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";
import {
  emptyMessage,
  enumValues,
  filledMessage,
  protoFields,
} from "../../support/filled-messages.js";
import type { FilledMessage } from "../../support/filled-messages.js";
import { runProgram } from "../../support/program.js";
import { serveOverHttp } from "../../support/http-edge.js";

const tables: readonly (readonly [message: string, table: AnyTable])[] = [
  ["SearchUpdate", searchUpdateFields],
  ["SearchRequest", searchRequestFields],
  ["RerankRequest", rerankRequestFields],
  ["RerankResponse", rerankUpdateFields],
  ["ExplainRequest", explainRequestFields],
  ["Operation", operationFields],
  ["ListSlowSearchesResponse", slowSearchesFields],
];

describe("the tables of requests and updates", () => {
  for (const [message, table] of tables)
    it(`describe every field of ${message} as the proto does`, () => {
      assert.deepEqual(described(table, message).sort(), declared(message, message).sort());
    });
});

/** Rerank has one stage, and says nothing of it. */
const leftOut: ReadonlySet<string> = new Set(["RerankResponse.degradations.stages"]);

/** A line for each field that the proto declares, with its kind. */
function declared(message: string, path: string): string[] {
  return protoFields(message).flatMap((field) => {
    const place = `${path}.${field.name}`;
    if (leftOut.has(place)) return [];
    const kind = kinds[field.type] ?? "integer";
    const isExplicit = !(field.name in emptyMessage(message));
    if (kind !== "message" && kind !== "word")
      return [`${place}: ${kind}${isExplicit ? ", may be absent" : ""}`];
    if (kind === "word") return [`${place}: ${enumValues(field.typeName).slice(1).sort().join()}`];
    const special = specialKinds[field.typeName];
    return special === undefined ? declared(field.typeName, place) : [`${place}: ${special}`];
  });
}

const kinds: Readonly<Record<string, string>> = {
  TYPE_MESSAGE: "message",
  TYPE_ENUM: "word",
  TYPE_BOOL: "boolean",
  TYPE_DOUBLE: "number",
  TYPE_STRING: "text",
};

const specialKinds: Readonly<Record<string, string>> = {
  Filter: "filter",
  Vectors: "vectors",
  Field: "documentFields",
};

/** The same of a table. */
function described(table: AnyTable, path: string): string[] {
  return Object.entries(table).flatMap(([property, field]) => {
    const within = field.within === undefined ? "" : `.${field.within}`;
    return describedField(field, `${path}${within}.${wireName(property, field)}`);
  });
}

function describedField(field: AnyField, place: string): string[] {
  switch (field.type) {
    case "message":
      return described(field.fields, place);
    case "list":
      return describedField(field.of, place);
    case "word":
      return [
        `${place}: ${field.words
          .map((word) => `${field.prefix}${word.toUpperCase()}`)
          .sort()
          .join()}`,
      ];
    case "vectors":
    case "filter":
    case "documentFields":
      return [`${place}: ${field.type}`];
    case "boolean":
    case "integer":
    case "number":
      return [`${place}: ${field.type}${field.presence === "explicit" ? ", may be absent" : ""}`];
    case "text":
    case "collection":
    case "key":
      return [`${place}: text${field.presence === "explicit" ? ", may be absent" : ""}`];
  }
}

describe("every field of an update and of a request", () => {
  let edge: Edge;
  let http: HttpServer;
  let asked: SearchRequest[];
  beforeEach(async () => {
    edge = await startEdge({}, { checkContract: false });
    asked = [];
    http = await serveOverHttp(edge.engine);
  });
  afterEach(async () => {
    await http.stop(100);
    await edge.close();
  });

  const { requestSerialize, requestDeserialize, responseSerialize, responseDeserialize } =
    definitions().search.Search;
  const answer = { update: filledMessage("SearchUpdate") };
  const update = updateFromMessage(responseDeserialize(responseSerialize(answer)).update!);
  const question = filledMessage("SearchRequest");
  const request = searchRequestFromMessage(requestDeserialize(requestSerialize(question)));
  /** Answers with the filled update, and notes what was asked. */
  function answering(): void {
    edge.engine.script = (one) => {
      asked.push(one);
      return updates([update]);
    };
  }

  it("comes from the client to the engine and back, as it was", async () => {
    answering();
    assert.deepEqual(await edge.client.searchFinal(request), update);
    assert.deepEqual(asked, [request]);
    const sent = { update: toMessage(searchUpdateFields, update) };
    assert.deepEqual(responseSerialize(sent), responseSerialize(answer));
    const said = toMessage(searchRequestFields, request);
    assert.deepEqual(requestSerialize(said), requestSerialize(question));
  });

  it("comes over HTTP to the engine and back, as it was", async () => {
    answering();
    const response = await fetch(`http://127.0.0.1:${http.port}/v1/search`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(toPlainJson(question)),
    });
    assert.deepEqual(await response.json(), toPlainJson(answer.update));
    assert.deepEqual(asked, [request]);
  });

  it("is in what `sluice search --json` prints", async () => {
    answering();
    const line = await runProgram(["search", "notes", "x", "--json", "--server", edge.address]);
    assert.deepEqual(JSON.parse(line), toPlainJson(answer.update));
  });
});

/** The message as JSON in the spelling of the HTTP interface. */
function toPlainJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlainJson);
  if (typeof value === "string")
    return value.replace(enumPrefixes, "").replace(/^[A-Z0-9_]+$/, lower);
  if (typeof value !== "object" || value === null) return value;
  const { rows, fields, ...others } = value as FilledMessage;
  const entries = Object.entries(others).map(([name, one]) => [name, toPlainJson(one)]);
  if (rows instanceof Buffer) entries.push(["base64", rows.toString("base64")]);
  if (Array.isArray(fields)) entries.push(["fields", Object.fromEntries(fields.map(fieldEntry))]);
  else if (fields !== undefined) entries.push(["fields", fields]);
  return Object.fromEntries(entries);
}

const enumPrefixes =
  /^(STAGE|CERTIFICATE|FIELD_KIND|SCORE_KIND|FUSION|PRIORITY|WINDOW_POOLING|CONTEXT_ORDER|PAYLOAD_MODE|SPAN_UNIT|VECTOR_TYPE)_/;

function lower(name: string): string {
  return name.toLowerCase();
}

function fieldEntry({ name, keyword }: FilledMessage): [string, unknown] {
  return [String(name), keyword];
}
