// sluice serve: the server, until a signal stops it.

import type { Command } from "commander";
import { availableParallelism } from "node:os";
import type { RunningServer } from "../../app/serve.js";
import { loadConfig } from "../../config/load-config.js";
import { options as configOptions, showValue } from "../../config/option-table.js";
import type { Config } from "../../config/schema.js";
import type { CliContext } from "../context.js";
import { programVersion } from "../context.js";
import { listenForSignals } from "../serve-signals.js";

export interface ServeOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly [flag: string]: unknown;
}

export function addServeCommand(program: Command, context: CliContext): void {
  const command = program
    .command("serve")
    .summary("serve a data folder over gRPC and HTTP")
    .description(
      "Serves a data folder until SIGTERM or Ctrl-C, then lets running requests finish and exits " +
        "with 0; a second signal ends the grace period. SIGHUP reloads certificates and keys, " +
        "SIGUSR2 records a CPU profile. Options can also be set in a TOML file or in the " +
        "environment: see `sluice config print`.",
    )
    .option("--json", "print ports and kernel as one line of JSON")
    .addHelpText("after", examples);
  addConfigFlags(command);
  command.action(async (flags: ServeOptions) => {
    const { config } = loadConfig({ flags: configFlags(flags), file: flags.config });
    await serve(config, { context, isJson: flags.json === true });
  });
}

/** Time limit after everything is closed, milliseconds. */
const lastMs = 2_000;

async function serve(config: Config, printing: Printing): Promise<void> {
  // From here on, a signal during the start stops the server as soon as it has started.
  const signals = listenForSignals();
  const [{ drainMsOf }, { startStopWatchdog }] = await Promise.all([
    import("../../app/drain.js"),
    import("../../app/stop-watchdog.js"),
  ]);
  const watchdog = startStopWatchdog(config.log);
  const { shutdownGraceMs, shutdownLastResortMs } = config;
  const limitMs = drainMsOf(config) + shutdownGraceMs + shutdownLastResortMs;
  signals.stop.addEventListener("abort", () => watchdog.limit(limitMs));
  const server = await openServer(config);
  signals.onReload(() => server.reload());
  signals.onProfile(() => server.profile());
  signals.onHurry(() => {
    server.hurry();
    watchdog.limit(shutdownLastResortMs);
  });
  printServer(server, config, printing);
  // The reader of the output or the terminal may go away; the server continues.
  process.stdout.removeAllListeners("error").on("error", () => undefined);
  await untilInterrupted(signals.stop);
  if (!printing.isJson) printing.context.print("stopping: running requests may finish");
  await server.stop();
  watchdog.limit(lastMs);
  // A leaked handle must not keep the process alive.
  setTimeout(() => process.exit(), lastMs / 2).unref();
}

/** Creates logger and metrics, and starts the server. */
export async function openServer(config: Config): Promise<RunningServer> {
  const [{ startServer }, { createLogger }, { createMetrics }] = await Promise.all([
    import("../../app/serve.js"),
    import("../../observability/logger.js"),
    import("../../observability/metrics.js"),
  ]);
  const logger = createLogger(config.log);
  const version = programVersion();
  return startServer(config, { logger, metrics: await createMetrics(version), version });
}

/** Adds --config and a flag for each option of the configuration. */
export function addConfigFlags(command: Command): Command {
  command.option("-c, --config <file>", "TOML file with options (default: SLUICE_CONFIG)");
  for (const option of configOptions) {
    const section = option.name.includes(".") ? (option.name.split(".")[0] ?? "") : "";
    const group = section === "" ? "Server:" : `${section[0]?.toUpperCase()}${section.slice(1)}:`;
    const value = option.shownDefault ?? showValue(option, option.default);
    const text = `${option.description} (default: ${value})`;
    command.addOption(command.createOption(`${option.flag} <value>`, text).helpGroup(group));
  }
  return command;
}

/** The flags that were given, by option name. */
export function configFlags(flags: Readonly<Record<string, unknown>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const option of configOptions) {
    const value = flags[attributeOf(option.flag)];
    if (typeof value === "string") given[option.name] = value;
  }
  return given;
}

/** Commander's attribute name of a flag: `--grpc-port` becomes `grpcPort`. */
function attributeOf(flag: string): string {
  return flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

interface Printing {
  readonly context: CliContext;
  readonly isJson: boolean;
}

function printServer(server: RunningServer, config: Config, { context, isJson }: Printing): void {
  const { grpcPort, httpPort, kernelName, budget } = server;
  if (isJson) {
    const { host, data } = config;
    const { scoringWorkers, encodingWorkers } = budget;
    const facts = { host, grpcPort, httpPort, data, pid: process.pid };
    context.printJson({ ...facts, kernel: kernelName, scoringWorkers, encodingWorkers });
    return;
  }
  for (const line of serverLines(server, config)) context.print(line);
}

/** One line per port, one about kernels and threads, one about the data. */
export function serverLines(server: RunningServer, config: Config): string[] {
  const { kernelName, budget } = server;
  const address = config.host.includes(":") ? `[${config.host}]` : config.host;
  const cores = availableParallelism();
  const hasTls = config.tls.cert !== "";
  return [
    `grpc    ${address}:${server.grpcPort}${hasTls ? " (TLS)" : ""}`,
    `http    ${hasTls ? "https" : "http"}://${address}:${server.httpPort}/`,
    `kernel  ${kernelName}; ${cores} cores: ${budget.scoringWorkers} scoring and ` +
      `${budget.encodingWorkers} encoding threads`,
    `data    ${config.data}`,
  ];
}

/** Resolves at the first Ctrl-C or SIGTERM. */
export function untilInterrupted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

const examples = `
Examples:
  sluice serve --data /var/lib/sluice
  sluice serve --grpc-port 0 --http-port 0 --json
  SLUICE_KERNEL=avx2 sluice serve --config sluice.toml`;
