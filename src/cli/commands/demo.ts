// sluice demo: ingests the documentation of Node.js, serves it and runs a search, with one command.

import type { Command } from "commander";
import { join, resolve } from "node:path";
import type { RunningServer } from "../../app/serve.js";
import type { SluiceClient } from "../../client/client.js";
import { loadConfig } from "../../config/load-config.js";
import type { Document } from "../../core/document.js";
import type { Config } from "../../config/schema.js";
import { isSluiceError } from "../../core/errors.js";
import { repositoryRoot } from "../../core/paths.js";
import { connect } from "../connection.js";
import type { CliContext } from "../context.js";
import { demoCollection, prepareCorpus, storeDocuments } from "../demo/prepare-corpus.js";
import { showSearch } from "../show-search.js";
import { formatCount } from "../terminal/text.js";
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
        "a server and runs a streaming search as soon as a few modules are stored; the others are " +
        "stored while it serves. Later runs reuse the documents.",
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
        const work = { folder, options, context };
        try {
          const rest = await showDemo(client, work);
          if (options.once === true) return;
          if (options.json !== true) printHowOn(server, config, context);
          await storeRest(client, rest, work);
        } finally {
          client.close();
        }
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

function sayingOf({ options, context }: DemoWork): (line: string) => void {
  return options.json === true ? () => undefined : (line) => context.print(line);
}

/** Returns the documents that are still to be stored. */
async function showDemo(client: SluiceClient, work: DemoWork): Promise<readonly Document[]> {
  const { folder, options, context } = work;
  const json = options.json === true;
  const say = sayingOf(work);
  const { first, rest } = await prepareCorpus(client, { folder, say });
  await storeDocuments(client, first, { context, say });
  if (rest.length > 0)
    say(
      `${formatCount(rest.length)} documents are not stored yet, so this search does not find them`,
    );
  say("");
  const call = { signal: context.interrupted };
  const request = { collection: demoCollection, text: demoQuery, k: 10, rerank: {} };
  // The first search of a process includes the time to load code, which is not representative.
  await client.searchFinal({ ...request, text: "first words" }, call);
  await showSearch(client.search(request, call), context, { query: demoQuery, json });
  return rest;
}

/** While it serves. What is left when it is interrupted is stored by the next run. */
async function storeRest(
  client: SluiceClient,
  rest: readonly Document[],
  work: DemoWork,
): Promise<void> {
  const { context } = work;
  try {
    await storeDocuments(client, rest, { context, say: sayingOf(work) });
  } catch (error) {
    if (!context.interrupted.aborted) throw error;
  }
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
