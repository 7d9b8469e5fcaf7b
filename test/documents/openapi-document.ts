// proto/openapi.json: the routes of the HTTP port with the schemas that check what comes in, and the
// meaning that the proto gives each field.

import { z } from "zod";

import { present } from "../../src/core/assert.js";
import { errorTable } from "../../src/core/errors.js";
import type { Problem } from "../../src/http/errors.js";
import { specialSchemas } from "../../src/http/field-json.js";
import type { HttpRoute } from "../../src/http/route.js";
import { routes } from "../../src/http/routes.js";
import { readText } from "../tidy/tree.js";
import { readProtos } from "./proto-file.js";
import type { ProtoItem } from "./proto-file.js";

type Json = Record<string, unknown>;

/** The document as text, in the form in which it is committed. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(), undefined, 1)}\n`;
}

export function openApiDocument(): Json {
  const components = createComponents();
  const paths: Record<string, Json> = {};
  for (const route of routes)
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route, components);
  const { version } = JSON.parse(readText("package.json")) as { readonly version: string };
  return {
    openapi: "3.1.1",
    info: {
      title: "Sluice",
      version,
      summary: "Streaming retrieval with late interaction.",
      description:
        "Names and meanings are those of the gRPC services; enum values are in lower case, " +
        "fields of documents are plain JSON values, and null stands for a property that is absent. " +
        "Properties that a server does not know are ignored and named in `x-sluice-warning`.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ key: [] }, {}],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({
      name,
      description: present(tagDescriptions[name], `tag ${name} has a description`),
    })),
    paths,
    components: {
      securitySchemes: {
        key: {
          type: "http",
          scheme: "bearer",
          description: "An API key or a token; not needed while no access is configured.",
        },
      },
      responses: {
        Problem: {
          description: "Problem details (RFC 9457); `reason` is the same as over gRPC.",
          content: { "application/problem+json": { schema: problemSchema } },
        },
      },
      schemas: usedOf(components.all(), paths),
    },
  };
}

const tagDescriptions: Readonly<Record<string, string>> = {
  Search: "Rankings that get better, and why a document has its place.",
  Sessions: "Searches as somebody types: a new query supersedes the one before.",
  Documents: "Writing, reading and deleting documents.",
  Collections: "Collections, their sizes and what was measured of them.",
  Snapshots: "Copies of a collection in the data folder and in an object storage.",
  Operations: "Long jobs, which go on when their caller leaves.",
  Feedback: "What people did with rankings.",
  "Re-ranking":
    "Given texts in the order of their relevance, in the shapes of other services, too.",
  Agents: "Tools and documents by the Model Context Protocol.",
  "Operation of the server": "Health, metrics and this document.",
  "Search page": "The page that searches in a browser.",
};

/** The schemas that the paths need, by references of references. */
function usedOf(schemas: Json, paths: Json): Json {
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    const text = JSON.stringify(value);
    for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit(paths);
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
}

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "reason", "remedy", "retryable"],
  properties: {
    type: { type: "string", description: "`urn:sluice:error:` and the reason." },
    title: { type: "string", description: "What the reason means." },
    status: { type: "integer" },
    detail: { type: "string", description: "What was wrong, for developers." },
    reason: { type: "string", enum: Object.keys(errorTable) },
    field: { type: "string", description: "Path of the field at fault." },
    remedy: { type: "string", description: "What to do." },
    retryable: { type: "boolean", description: "The same request may succeed later." },
  } satisfies Record<Exclude<keyof Problem, "message">, Json>,
} as const;

interface Components {
  /** The schema, in which objects that messages describe are references. `rpc`: that uses it. */
  schemaOf(schema: z.ZodType, rpc: string): Json;
  all(): Json;
}

function createComponents(): Components {
  const schemas: Record<string, Json> = { ...specialComponents };
  const share = (value: unknown, rpc: string): unknown => {
    if (Array.isArray(value)) return value.map((one) => share(one, rpc));
    if (typeof value !== "object" || value === null) return value;
    const { additionalProperties: _closed, $schema: _dialect, ...rest } = value as Json;
    const shared: Json = Object.fromEntries(
      Object.entries(rest)
        // The infinite bound of lists without one is null in JSON.
        .filter(([name, one]) => name !== "maxItems" || one !== null)
        .map(([name, one]) => [name, share(one, rpc)]),
    );
    const properties = shared["properties"] as Record<string, Json> | undefined;
    const message = properties && messageOf(Object.keys(properties), rpc);
    if (properties === undefined || message === undefined) return shared;
    const described = describe(shared, message);
    const known = schemas[message.name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(described))
      return described;
    schemas[message.name] = described;
    return { $ref: `#/components/schemas/${message.name}` };
  };
  return {
    schemaOf: (schema, rpc) =>
      share(
        z.toJSONSchema(schema, {
          io: "input",
          unrepresentable: "any",
          override: ({ zodSchema, jsonSchema }) => {
            const name = specialNames.get(zodSchema);
            if (name !== undefined) jsonSchema.$ref = `#/components/schemas/${name}`;
          },
        }),
        rpc,
      ) as Json,
    all: () => schemas,
  };
}

const specialNames = new Map<unknown, string>([
  [specialSchemas.filter, "FilterExpression"],
  [specialSchemas.vectors, "TokenVectors"],
  [specialSchemas.documentFields, "DocumentFields"],
]);

const scalar = { type: ["string", "number", "boolean"] };
const conditions = [
  "all",
  "any",
  "not",
  "any_of",
  "range",
  "exists",
  "prefix",
  "key_any_of",
  "key_prefix",
];

const specialComponents: Record<string, Json> = {
  FilterExpression: {
    description:
      'A filter as text, such as `year > 2020 and lang in ("en", "de")`, or an object of one condition.',
    oneOf: [
      { type: "string" },
      { type: "object", minProperties: 1, maxProperties: 1, propertyNames: { enum: conditions } },
    ],
  },
  TokenVectors: {
    description:
      "Token vectors: rows of numbers, or an object with rows one after the other, little-endian, in base64.",
    oneOf: [
      { type: "array", items: { type: "array", items: { type: "number" } } },
      {
        type: "object",
        required: ["type", "dim", "base64"],
        properties: {
          type: { enum: ["float32", "float16", "int8"] },
          dim: { type: "integer", minimum: 16, maximum: 1024 },
          base64: { type: "string", contentEncoding: "base64" },
          model_fingerprint: { type: "string", pattern: "^[0-9a-f]{64}$" },
        },
      },
    ],
  },
  DocumentFields: {
    description:
      'Fields by name: a text, a number, true or false, a list of one kind, or a value with its kind such as `{"time": "2024-01-31T00:00:00Z"}`.',
    type: "object",
    additionalProperties: {
      anyOf: [scalar, { type: "array", items: scalar }, { type: "object" }],
    },
  },
};

const messages = [...readProtos().values()].flat().filter(({ kind }) => kind === "message");

function fieldsOf(item: ProtoItem): readonly ProtoItem[] {
  return item.children.flatMap((child) => (child.kind === "oneof" ? child.children : [child]));
}

/** Names of requests that are in the path instead. */
const namesInPaths: ReadonlySet<string> = new Set(["collection", "name", "snapshot_name"]);

/** The message with these fields; of several the one of the RPC, then the smallest. */
function messageOf(names: readonly string[], rpc: string): ProtoItem | undefined {
  if (names.length < 2) return undefined;
  const given = new Set(names);
  const fitting = messages.filter((message) => {
    const known = fieldsOf(message).map(({ name }) => name);
    const isRequest = message.name.endsWith("Request");
    const mayLack = (name: string): boolean => isRequest && namesInPaths.has(name);
    const isWhole = known.every((name) => given.has(name) || mayLack(name));
    return isWhole && names.every((name) => known.includes(name) || mayLack(name));
  });
  const isOfRpc = ({ name }: ProtoItem): number => Number(name.startsWith(rpc.replace("/", "")));
  const size = (message: ProtoItem): number => fieldsOf(message).length;
  return fitting.sort((a, b) => isOfRpc(b) - isOfRpc(a) || size(a) - size(b))[0];
}

function describe(schema: Json, message: ProtoItem): Json {
  const properties = schema["properties"] as Record<string, Json>;
  const comments = new Map(fieldsOf(message).map(({ name, comment }) => [name, comment]));
  return {
    ...schema,
    description: message.comment,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, property]) => {
        const comment = comments.get(name);
        return [name, comment === undefined ? property : { ...property, description: comment }];
      }),
    ),
  };
}

function operationOf(route: HttpRoute, components: Components): Json {
  const { method, path, about, tag, rpcs, requirement } = route;
  const parameters = [...pathParameters(path), ...queryParameters(route, components)];
  const body = bodyOf(route, components);
  return {
    operationId: idOf(method, path),
    summary: about,
    tags: [tag],
    ...(rpcs.length === 0 ? {} : { "x-sluice-rpcs": rpcs }),
    ...(requirement === "open" ? { security: [{}] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: {
      [route.answer.status]: answerOf(route, components),
      "4XX": { $ref: "#/components/responses/Problem" },
      "5XX": { $ref: "#/components/responses/Problem" },
    },
  };
}

/** `GET /v1/collections/{collection}:search` is `getCollectionsCollectionSearch`. */
function idOf(method: string, path: string): string {
  const words = path.split(/\W+/).filter((word) => word !== "");
  const named = words[0] === "v1" ? words.slice(1) : words;
  const upper = named.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  // Other services have some calls without a version, which stand beside ours.
  const hasTwin = routes.some((route) => route.path === `/v1${path}`);
  return `${method.toLowerCase()}${upper.join("")}${hasTwin ? "Unversioned" : ""}`;
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

/** Parameters hold values without structure; searches with more use a body. */
function queryParameters({ query, rpcs }: HttpRoute, components: Components): Json[] {
  if (query === undefined) return [];
  const schema = resolved(components.schemaOf(query.schema, rpcs[0] ?? ""), components);
  const renamed = new Map(Object.entries(query.renamed ?? {}).map(([name, of]) => [of, name]));
  const required = (schema["required"] ?? []) as readonly string[];
  return Object.entries(schema["properties"] as Record<string, Json>).flatMap(([name, given]) => {
    const { description, ...property } = name === "query" ? { type: "string" } : given;
    const isText = String(property["$ref"]).endsWith("FilterExpression");
    if (property["type"] === undefined && property["enum"] === undefined && !isText) return [];
    if (property["type"] === "array" || property["type"] === "object") return [];
    return {
      name: renamed.get(name) ?? name,
      in: "query",
      ...(description === undefined ? {} : { description }),
      ...(required.includes(name) ? { required: true } : {}),
      schema: isText ? { type: "string" } : property,
    };
  });
}

function resolved(schema: Json, components: Components): Json {
  const { $ref: reference } = schema;
  if (typeof reference !== "string") return schema;
  const name = reference.split("/").at(-1) ?? "";
  return components.all()[name] as Json;
}

function bodyOf({ body, lines, rpcs }: HttpRoute, components: Components): Json | undefined {
  if (body === undefined) return undefined;
  const schemaOf = (schema: z.ZodType): Json => components.schemaOf(schema, rpcs[0] ?? "");
  return {
    required: body.absent === undefined,
    content: {
      "application/json": { schema: schemaOf(body.schema) },
      ...(lines === undefined
        ? {}
        : { "application/x-ndjson": { schema: schemaOf(lines.schema) } }),
    },
  };
}

function answerOf({ answer, rpcs }: HttpRoute, components: Components): Json {
  const schemaOf = (schema: z.ZodType): Json => components.schemaOf(schema, rpcs[0] ?? "");
  const content = {
    ...(answer.json && { "application/json": { schema: schemaOf(answer.json) } }),
    ...(answer.events && { "text/event-stream": { schema: schemaOf(answer.events) } }),
    ...(answer.lines && { "application/x-ndjson": { schema: schemaOf(answer.lines) } }),
    ...(answer.text !== undefined && { [answer.text]: { schema: { type: "string" } } }),
  };
  const isEmpty = Object.keys(content).length === 0;
  return { description: isEmpty ? "Done." : "The answer.", ...(isEmpty ? {} : { content }) };
}
