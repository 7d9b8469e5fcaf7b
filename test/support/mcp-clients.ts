// The official MCP client over both transports and both generations of the protocol.

import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { CallToolResult } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const program = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

/** modern: revision 2026-07-28, without a handshake. legacy: the revisions before it. */
export type Era = "modern" | "legacy";

export function newMcpClient(era: Era): Client {
  const info = { name: "test", version: "1.0.0" };
  if (era === "legacy") return new Client(info);
  return new Client(info, { versionNegotiation: { mode: "auto" } });
}

/** Over the HTTP port at `url`, such as `http://127.0.0.1:7312`. */
export async function connectHttp(url: string, era: Era, apiKey?: string): Promise<Client> {
  const client = newMcpClient(era);
  const headers: Record<string, string> =
    apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit: { headers } }),
  );
  return client;
}

/** Starts `sluice mcp` with these arguments. */
export async function connectStdio(args: readonly string[], era: Era): Promise<Client> {
  const client = newMcpClient(era);
  const command = { command: process.execPath, args: [program, "mcp", ...args] };
  await client.connect(new StdioClientTransport({ ...command, stderr: "ignore" }));
  return client;
}

export interface ToolAnswer {
  readonly isError: boolean;
  /** The text for the language model. */
  readonly text: string;
  /** Empty for an error. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** Calls a tool; the client holds its answer to the schema that the server gives. */
export async function callTool(client: Client, name: string, args: object): Promise<ToolAnswer> {
  const result: CallToolResult = await client.callTool({ name, arguments: { ...args } });
  const [first] = result.content;
  return {
    isError: result.isError === true,
    text: first?.type === "text" ? first.text : "",
    content: { ...(result.structuredContent as object | undefined) },
  };
}
