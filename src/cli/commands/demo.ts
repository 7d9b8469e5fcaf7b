// sluice demo: ingests the documentation of Node.js, serves it and runs a search, with one command.

import type { Command } from "commander";
import { join, resolve } from "node:path";
import type { RunningServer } from "../../app/serve.js";
import type { SluiceClient } from "../../client/client.js";
import { loadConfig } from "../../config/load-config.js";
import type { Config } from "../../config/schema.js";
import { isSluiceError } from "../../core/errors.js";
import { repositoryRoot } from "../../core/paths.js";
import { connect } from "../connection.js";
import type { CliContext } from "../context.js";
import { demoCollection, prepareCorpus } from "../demo/prepare-corpus.js";
import { showSearch } from "../show-search.js";
import { openServer, serverLines, untilInterrupted } from "./serve.js";

interface DemoOptions {
  readonly once?: boolean;
  readonly data?: string;
  readonly grpcPort?: string;
  readonly httpPort?: string;
  readonly json?: boolean;
}

const demoQuery = "how do I read a file line by line";

export function addDemoCommand(program: Command, context: CliContext): void {
  program
    .command("demo")
    .summary("search the documentation of Node.js, with one command")
    .description(
      "Ingests the documentation comments of the package @types/node, one document per symbol, starts " +
        "a server and runs a streaming search. Later runs reuse the documents.",
    )
    .option("--once", "exit after the search instead of serving")
    .option("--data <folder>", "folder of the demo (default: .demo in the checkout)")
    .option("--grpc-port <port>", "as for serve; another port is used if it is taken")
    .option("--http-port <port>", "as for serve; another port is used if it is taken")
    .option("--json", "print only the updates of the search, one line of JSON each")
    .addHelpText("after", "\nExamples:\n  sluice demo\n  sluice demo --once --data /tmp/demo")
    .action(async (options: DemoOptions) => {
      context.interrupted.throwIfAborted();
      const folder = resolve(options.data ?? join(repositoryRoot(), ".demo"));
      const { server, config } = await openDemoServer(folder, options, context);
      try {
        context.interrupted.throwIfAborted();
        const client = await connect({ server: `127.0.0.1:${server.grpcPort}` });
        await showDemo(client, { folder, options, context }).finally(() => client.close());
        if (options.once === true) return;
        if (options.json !== true) printHowOn(server, config, context);
        await untilInterrupted(context.interrupted);
      } finally {
        await server.stop();
      }
    });
}

async function openDemoServer(
  folder: string,
  options: DemoOptions,
  context: CliContext,
): Promise<{ readonly server: RunningServer; readonly config: Config }> {
  // A demo that ends by itself must not depend on which ports are free.
  const anyPort = options.once === true ? { grpcPort: 0, httpPort: 0 } : {};
  const { grpcPort, httpPort } = options;
  const flags = {
    ...anyPort,
    data: join(folder, "data"),
    host: "127.0.0.1",
    "log.level": "warn",
    "log.format": "text",
    ...(grpcPort === undefined ? {} : { grpcPort }),
    ...(httpPort === undefined ? {} : { httpPort }),
  };
  const { config } = loadConfig({ flags });
  try {
    return { server: await openServer(config), config };
  } catch (error) {
    if (!isSluiceError(error) || error.reason !== "PORT_IN_USE") throw error;
    context.warn(`${error.message}; the system chooses other ports`);
    const other = loadConfig({ flags: { ...flags, grpcPort: 0, httpPort: 0 } }).config;
    return { server: await openServer(other), config: other };
  }
}

interface DemoWork {
  readonly folder: string;
  readonly options: DemoOptions;
  readonly context: CliContext;
}

async function showDemo(
  client: SluiceClient,
  { folder, options, context }: DemoWork,
): Promise<void> {
  const json = options.json === true;
  const say = (line: string): void => (json ? undefined : context.print(line));
  await prepareCorpus(client, { folder, context, say });
  say("");
  const call = { signal: context.interrupted };
  const request = { collection: demoCollection, text: demoQuery, k: 10, rerank: {} };
  // The first search of a process includes the time to load code, which is not representative.
  await client.searchFinal({ ...request, text: "first words" }, call);
  await showSearch(client.search(request, call), context, { query: demoQuery, json });
}

function printHowOn(server: RunningServer, config: Config, context: CliContext): void {
  const { bold } = context.out.style;
  const address = `127.0.0.1:${server.grpcPort}`;
  context.print("");
  for (const line of serverLines(server, config)) context.print(line);
  context.print("");
  const page = `http://127.0.0.1:${server.httpPort}/?collection=${demoCollection}`;
  context.print("Search in a browser, as you type:");
  context.print(`  ${bold(`${page}&q=${encodeURIComponent("watch a folder for changes")}`)}`);
  context.print("Run searches in another terminal:");
  const command = `npm run -s sluice -- search ${demoCollection} --server ${address}`;
  context.print(`  ${bold(`${command} "watch a folder for changes"`)}`);
  context.print("Ctrl-C stops the server.");
}
