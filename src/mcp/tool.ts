// A tool: what it takes, what it answers, and how its answers and errors are written.

import type { CallToolResult, StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { z } from "zod";
import { invalidField } from "../contract/validate.js";
import { printableJson } from "../core/printable.js";
import { failureOf, failureText } from "./failures.js";
import type { McpLogger } from "./failures.js";
import type { Handles } from "./handles.js";
import type { McpSource } from "./source.js";

/** What a call of a tool works with. */
export interface ToolCall {
  readonly source: McpSource;
  readonly handles: Handles;
  /** Who may use the handles of this call. */
  readonly owner: string;
  readonly logger: McpLogger;
  readonly signal: AbortSignal;
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: StandardSchemaWithJSON;
  readonly output: StandardSchemaWithJSON;
  /** Errors become results, which an agent can act on. */
  call(given: unknown, call: ToolCall): Promise<CallToolResult>;
}

export interface ToolSpec<Input, Output> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  run(args: Input, call: ToolCall): Promise<Output>;
}

export function tool<Input, Output extends object>(spec: ToolSpec<Input, Output>): Tool {
  const { name, title, description, input, output } = spec;
  return {
    name,
    title,
    description,
    input: describedBy(input, "input"),
    output: describedBy(output, "output"),
    async call(given, call) {
      try {
        const answer = await spec.run(checkedArguments(input, given), call);
        // Escaped, since texts may hold characters that hide or reorder what follows them.
        const text = printableJson(JSON.stringify(answer));
        return { content: [{ type: "text", text }], structuredContent: { ...answer } };
      } catch (error) {
        return failed(error, call.logger);
      }
    },
  };
}

/**
 * The schema as JSON alone: arguments are checked by `checkedArguments`, whose errors have a
 * reason, and answers by their type.
 */
function describedBy(schema: z.ZodType, io: "input" | "output"): StandardSchemaWithJSON {
  const json = z.toJSONSchema(schema, { io, override: leaveOutSafeBounds });
  const jsonSchema = { input: () => json, output: () => json };
  const validate = (value: unknown): { readonly value: unknown } => ({ value });
  return { "~standard": { version: 1, vendor: "sluice", validate, jsonSchema } };
}

/** The bounds of each integer that has no others are only a burden for a language model. */
function leaveOutSafeBounds({
  jsonSchema,
}: {
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

const issuesShownMax = 5;

/** Throws INVALID_FIELD with the first few faults. */
function checkedArguments<Input>(schema: z.ZodType<Input>, given: unknown): Input {
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, issuesShownMax);
  const nameOf = (issue: z.core.$ZodIssue): string => issue.path.join(".") || "arguments";
  const faults = issues.map((issue) => `${nameOf(issue)}: ${issue.message}`);
  throw invalidField(issues[0] === undefined ? "" : nameOf(issues[0]), faults.join("; "));
}

function failed(error: unknown, logger: McpLogger): CallToolResult {
  const failure = failureOf(error, logger);
  return {
    content: [{ type: "text", text: printableJson(failureText(failure)) }],
    isError: true,
    _meta: { "sluice/error": failure },
  };
}
