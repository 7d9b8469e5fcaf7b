// sluice mcp: tools for an agent that starts this process and speaks MCP on its standard streams.

import type { Command } from "commander";
import { loadConfig } from "../../config/load-config.js";
import { createHandles } from "../../mcp/handles.js";
import type { McpSource } from "../../mcp/source.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import { programVersion } from "../context.js";
import type { CliContext } from "../context.js";

interface McpOptions extends ConnectionOptions {
  readonly data?: string;
  readonly config?: string;
}

export function addMcpCommand(program: Command, context: CliContext): void {
  const command = program
    .command("mcp")
    .summary("offer search to an agent (MCP on standard input and output)")
    .description(
      "Speaks the Model Context Protocol on standard input and output until the input ends: the tools search, " +
        "refine, context, get, explain and list_collections, and documents as resources. Searches a running " +
        "server, or with --data a data folder that no server has open. The log goes to standard error.",
    )
    .option("--data <folder>", "open this data folder in this process instead of a server")
    .option("-c, --config <file>", "TOML file with options for --data (default: SLUICE_CONFIG)")
    .addHelpText("after", examples);
  addConnectionOptions(command).action(async (options: McpOptions) => {
    const { data, config, ...connection } = options;
    if (data === undefined) {
      const { clientSource } = await import("../../mcp/client-source.js");
      await withClient(connection, (client) => serve(clientSource(client), context));
      return;
    }
    if (connection.server !== undefined) command.error("error: --data and --server are both set");
    await serveFolder(data, config, context);
  });
}

async function serveFolder(
  data: string,
  file: string | undefined,
  context: CliContext,
): Promise<void> {
  const [{ composeEngine }, { engineOptions }, { engineSource }] = await Promise.all([
    import("../../app/compose.js"),
    import("../../app/engine-options.js"),
    import("../../mcp/engine-source.js"),
  ]);
  const { config } = loadConfig({ flags: { data }, file });
  const composed = await composeEngine(engineOptions(config));
  try {
    composed.notes.forEach((note) => context.warn(note));
    await serve(engineSource(composed.api, {}), context);
  } finally {
    await composed.close();
  }
}

async function serve(source: McpSource, context: CliContext): Promise<void> {
  const [{ serveStandardStreams }, { createLogger }] = await Promise.all([
    import("../../mcp/stdio.js"),
    import("../../observability/logger.js"),
  ]);
  const handles = createHandles(context.nowMs);
  const logger = createLogger({ level: "error", format: "text" });
  const parts = { version: programVersion(), source, handles, owner: "", logger };
  await serveStandardStreams(parts, context.interrupted);
}

const examples = `
Examples:
  sluice mcp
  sluice mcp --server search.example:7311 --tls-ca ca.pem --api-key-file agent.key
  sluice mcp --data ./data`;
