// A route of the HTTP port: what it takes, what it answers, and its handler. The schemas check what
// comes in, and describe it in /openapi.json.

import type { z } from "zod";
import type { Requirement } from "../access/identity.js";
import type { HttpAnswer, HttpCallContext, HttpExchange } from "./exchange.js";
import { parseBody, parseValue } from "./json-body.js";
import { objectFromParameters } from "./parameters.js";
import { readBody } from "./requests.js";
import type { BodyLimits } from "./requests.js";

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Parameters of the query string, as an object of the same names in JSON would have them. */
export interface QuerySpec<Query> {
  readonly schema: z.ZodType<Query>;
  /** Table of `src/contract/` with the types of the parameters. */
  readonly table: object;
  /** Parameters with other names than in the table. */
  readonly renamed?: Readonly<Record<string, string>>;
}

export interface BodySpec<Body> {
  readonly schema: z.ZodType<Body>;
  readonly limits: BodyLimits;
  /** A request without a body has this one. */
  readonly absent?: string;
}

/** A body that the handler reads itself, line by line. */
export interface LinesSpec {
  readonly schema: z.ZodType;
}

/** Forms of a successful answer by content type, with what they hold. */
export interface AnswerSpec {
  readonly status: number;
  /** Of the answer as one JSON value. */
  readonly json?: z.ZodType;
  /** Of the data of each Server-Sent Event. */
  readonly events?: z.ZodType;
  /** Of each line of JSON. */
  readonly lines?: z.ZodType;
  /** Of an answer in plain text. */
  readonly text?: string;
}

export interface RouteDescription {
  readonly method: HttpMethod;
  /** In the notation of OpenAPI: `/v1/collections/{collection}`. */
  readonly path: string;
  /** Permission that callers need; the engine checks what the request names. */
  readonly requirement: Requirement;
  /** RPCs that it offers, such as `SearchService/Search`. */
  readonly rpcs: readonly string[];
  /** One sentence for the reference. */
  readonly about: string;
  /** Section of the reference. */
  readonly tag: string;
  readonly answer: AnswerSpec;
  /** Takes bodies of lines of JSON as well. */
  readonly lines?: LinesSpec;
  /** Problems have their detail as `message` too, where clients of other services look for it. */
  readonly tellsMessage?: boolean;
}

export interface RouteSpec<Query, Body> extends RouteDescription {
  readonly query?: QuerySpec<Query>;
  readonly body?: BodySpec<Body>;
  /** Resolves to undefined when it has sent the answer itself. */
  handle(
    exchange: HttpExchange<Query, Body>,
  ): Promise<HttpAnswer | undefined> | HttpAnswer | undefined;
}

export interface HttpRoute extends RouteDescription {
  readonly query?: QuerySpec<unknown>;
  readonly body?: BodySpec<unknown>;
  /** Reads parameters and body, and calls the handler. */
  run(call: HttpCallContext): Promise<HttpAnswer | undefined>;
}

export function route<Query = undefined, Body = undefined>(
  spec: RouteSpec<Query, Body>,
): HttpRoute {
  return {
    ...spec,
    async run(call) {
      const query = parameters(call, spec.query) as Query;
      const body = (await bodyOf(call, spec)) as Body;
      return spec.handle({ ...call, query, body });
    },
  };
}

function parameters<Query>(
  call: HttpCallContext,
  spec: QuerySpec<Query> | undefined,
): Query | undefined {
  if (spec === undefined) return undefined;
  const { url = "" } = call.request;
  const at = url.indexOf("?");
  const given = new URLSearchParams(at < 0 ? "" : url.slice(at));
  const object = objectFromParameters(spec.table, given, spec.renamed);
  return parseValue(spec.schema, object, (name) => call.warnOfUnknown(name));
}

async function bodyOf<Query, Body>(
  call: HttpCallContext,
  { body, lines }: RouteSpec<Query, Body>,
): Promise<Body | undefined> {
  if (body === undefined || (lines !== undefined && hasLines(call))) return undefined;
  const text = await readBody(call.request, body.limits);
  const given = text === "" ? (body.absent ?? text) : text;
  return parseBody(body.schema, given, (name) => call.warnOfUnknown(name));
}

const lineTypes: ReadonlySet<string> = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
]);

/** The type of the body, without parameters and in lower case. */
export function contentTypeOf(header: string | undefined): string {
  const [type = ""] = (header ?? "").split(";");
  return type.trim().toLowerCase();
}

export function isLineType(type: string): boolean {
  return lineTypes.has(type);
}

/** Whether the body is lines of JSON. */
export function hasLines({ request }: HttpCallContext): boolean {
  return isLineType(contentTypeOf(request.headers["content-type"]));
}

/** Whether a path is for calls: other paths are for probes, metrics and pages. */
export function isCall(path: string): boolean {
  return path.startsWith("/v") || path.startsWith("/mcp");
}
