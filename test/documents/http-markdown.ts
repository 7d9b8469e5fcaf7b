// docs/reference/http.md: the routes, and the fields of a search as JSON with the meaning that the
// proto gives them.

import { z } from "zod";

import { tableRow } from "../../bench/markdown.js";
import { statusCodes } from "../../src/http/errors.js";
import { routes } from "../../src/http/routes.js";
import { searchOfBody } from "../../src/http/search-body.js";
import { readProtos } from "./proto-file.js";

export function routesMarkdown(): string {
  const rows = routes.map(({ path, method, about, rpcs }) =>
    tableRow([`${method} \`${path}\``, about, rpcs.join(", ")]),
  );
  return [tableRow(["route", "answer", "RPC"]), "|---|---|---|", ...rows].join("\n");
}

/** Which gRPC statuses become which HTTP status. */
export function statusesMarkdown(): string {
  const codes = [...new Set(Object.values(statusCodes))].sort((a, b) => a - b);
  const rows = codes.map((code) => {
    const names = Object.entries(statusCodes).filter(([, status]) => status === code);
    return tableRow([names.map(([name]) => name).join(", "), String(code)]);
  });
  return [tableRow(["gRPC status of the reason", "HTTP status"]), "|---|---|", ...rows].join("\n");
}

/** A row for each field of `POST /v1/search`. */
export function searchFieldsMarkdown(): string {
  const messages = [...readProtos().values()].flat();
  const fields = messages.find(({ name }) => name === "SearchRequest")?.children ?? [];
  const schema = z.toJSONSchema(searchOfBody, { io: "input" }) as JsonSchema;
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const comment = fields.find((field) => field.name === name)?.comment;
    if (comment === undefined) throw new Error(`SearchRequest has no field ${name}`);
    return tableRow([`\`${name}\``, typeOf(property), comment.replaceAll("|", "\\|")]);
  });
  return [tableRow(["field", "JSON", "meaning"]), "|---|---|---|", ...rows].join("\n");
}

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
}

/** A JSON type in a few words: `integer`, `"a" or "b"`, `object {field, group_size}`. */
function typeOf(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`"${word}"\``).join(" or ");
  if (schema.items !== undefined) return `array of ${typeOf(schema.items)}`;
  if (schema.properties !== undefined)
    return `object {${Object.keys(schema.properties).join(", ")}}`;
  return schema.type ?? "text or object";
}
