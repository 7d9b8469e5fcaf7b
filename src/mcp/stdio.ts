// MCP over standard input and output, for one agent that started this process.

import { finished } from "node:stream";
import { serveStdio, StdioServerTransport } from "./sdk.bundle.js";
import { limits } from "../core/limits.js";
import { createMcpServer } from "./server.js";
import type { McpParts } from "./server.js";

/**
 * Serves until standard input ends or `signal` aborts; then calls in flight are cancelled. Nothing
 * else may write to standard output.
 */
export async function serveStandardStreams(parts: McpParts, signal: AbortSignal): Promise<void> {
  const { stdin, stdout } = process;
  // Each answer that waits for a slow reader listens until the pipe takes more.
  stdout.setMaxListeners(0);
  const transport = new StdioServerTransport(stdin, stdout, {
    maxBufferSize: limits.mcpMessageBytesMax,
  });
  const served = serveStdio(() => createMcpServer(parts), {
    transport,
    maxSubscriptions: 0,
    onerror: (error) => parts.logger.error({ err: error }, "a message was rejected"),
  });
  await new Promise<void>((resolve) => {
    finished(stdin, { writable: false }, () => resolve());
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  await served.close();
}
