// The reference of the HTTP port as a page: the OpenAPI document, without scripts and outside
// resources.

import { createHash } from "node:crypto";

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface ApiOperation {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly "x-sluice-rpcs"?: readonly string[];
  readonly parameters?: readonly (Schema & { readonly name: string; readonly schema: Schema })[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

/** What the page shows of an OpenAPI document. */
export interface ApiDocument {
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
  };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
code { font: 0.9em ui-monospace, monospace }
h3 { margin: 2rem 0 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
td, th { border-top: 1px solid #8888; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top }
`;

/** Of the page alone: it has one style and nothing else. */
export const referencePolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256")
  .update(style)
  .digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export function referencePage(api: ApiDocument): string {
  const { title, version, description } = api.info;
  const sections = api.tags.map(({ name }) => section(api, name)).join("");
  const schemas = Object.entries(api.components.schemas)
    .map(([name, schema]) => `<h3 id="${escape(name)}">${escape(name)}</h3>${details(schema)}`)
    .join("");
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width"><title>${escape(title)} over HTTP</title>` +
    `<style>${style}</style></head><body><main><h1>${escape(title)} ${escape(version)}</h1>` +
    `<p>${prose(description)}</p><p><a href="/openapi.json">openapi.json</a></p>` +
    `${sections}<h2>Schemas</h2>${schemas}</main></body></html>\n`
  );
}

function section({ paths }: ApiDocument, tag: string): string {
  const entries = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { tags }]) => tags.includes(tag))
      .map(([method, operation]) => entry(`${method.toUpperCase()} ${path}`, operation)),
  );
  return `<h2>${escape(tag)}</h2>${entries.join("")}`;
}

function entry(name: string, operation: ApiOperation): string {
  const { summary, parameters = [], requestBody, responses } = operation;
  const rpcs = (operation["x-sluice-rpcs"] ?? []).map((rpc) => `<code>${escape(rpc)}</code>`);
  const given = parameters.map(({ name: parameter, description, schema }) =>
    row(parameter, { ...schema, description: description ?? "" }),
  );
  const answers = Object.entries(responses).flatMap(([status, { content = {} }]) =>
    Object.entries(content).map(([type, { schema }]) => {
      return `<p>${escape(status)} <code>${escape(type)}</code>: ${typeOf(schema)}</p>`;
    }),
  );
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => {
    return `<p>Body <code>${escape(type)}</code>: ${typeOf(schema)}</p>${details(schema)}`;
  });
  return (
    `<h3><code>${escape(name)}</code></h3><p>${prose(summary)} ${rpcs.join(", ")}</p>` +
    `${table(given)}${bodies.join("")}${answers.join("")}`
  );
}

function details({ properties, description = "", anyOf = [] }: Schema): string {
  const rows = Object.entries(properties ?? {}).map(([name, schema]) => row(name, schema));
  const text = description === "" ? "" : `<p>${prose(description)}</p>`;
  return `${text}${anyOf.map(typeOf).join(" or ")}${table(rows)}`;
}

function table(rows: readonly string[]): string {
  if (rows.length === 0) return "";
  return `<table><tr><th>name<th>type<th>meaning</tr>${rows.join("")}</table>`;
}

function row(name: string, schema: Schema): string {
  const { description = "" } = schema;
  return `<tr><td><code>${escape(name)}</code><td>${typeOf(schema)}<td>${prose(description)}</tr>`;
}

function typeOf(schema: Schema): string {
  const { $ref: reference, items, anyOf, properties } = schema;
  if (reference !== undefined) {
    const name = escape(reference.split("/").at(-1) ?? "");
    return `<a href="#${name}">${name}</a>`;
  }
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (anyOf !== undefined) return anyOf.map(typeOf).join(" or ");
  if (schema.enum !== undefined) return schema.enum.map((word) => escape(String(word))).join(", ");
  if (properties !== undefined) return `object {${Object.keys(properties).map(escape).join(", ")}}`;
  return escape(String(schema.type ?? "any"));
}

/** Text in which words in backticks are code. */
function prose(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
