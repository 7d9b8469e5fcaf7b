// sluice doctor: whether this machine and configuration can run a server, and a bundle for support.

import type { Command } from "commander";
import type { Finding } from "../../app/doctor.js";
import { loadConfig } from "../../config/load-config.js";
import type { CliContext } from "../context.js";
import { programVersion } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { addHttpOptions, httpAddressOf } from "../http-connection.js";
import type { HttpConnectionOptions } from "../http-connection.js";
import { readPath } from "../http-port.js";

interface DoctorOptions extends HttpConnectionOptions {
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly bundle?: string;
}

export function addDoctorCommand(program: Command, context: CliContext): void {
  const command = program
    .command("doctor")
    .summary("check this machine and configuration, and gather what support needs")
    .description(
      "Checks kernels, models, memory, limits of the system, ports, data folder, disk and " +
        "certificates, also while a server runs; changes nothing. --bundle writes the findings with " +
        "options, metrics and the names of files, without keys, queries and documents.",
    )
    .option("--data <folder>", "data folder (default: as for serve)")
    .option("-c, --config <file>", "TOML file with options (default: SLUICE_CONFIG)")
    .option("--bundle <file>", "write a file for support")
    .option("--json", "print the findings as one object of JSON")
    .addHelpText("after", examples);
  addHttpOptions(command).action((options: DoctorOptions) => doctor(options, context));
}

async function doctor(options: DoctorOptions, context: CliContext): Promise<void> {
  const flags = options.data === undefined ? {} : { data: options.data };
  const loaded = loadConfig({ flags, file: options.config });
  const { diagnose } = await import("../../app/doctor.js");
  const findings = await diagnose(loaded.config);
  if (options.bundle !== undefined) {
    const { writeSupportBundle } = await import("../../app/support-bundle.js");
    writeSupportBundle(options.bundle, {
      version: programVersion(),
      timeMs: Date.now(),
      loaded,
      findings,
      metrics: await readIfServed(options, "/metrics"),
      readiness: await readIfServed(options, "/readyz"),
    });
  }
  const isFine = findings.every(({ status }) => status !== "failed");
  if (options.json === true) context.printJson({ findings, isFine });
  else for (const finding of findings) context.print(lineOf(finding, context));
  if (options.json !== true && options.bundle !== undefined)
    context.print(`the bundle is ${options.bundle}; read it before you send it`);
  if (!isFine) context.setExitCode(exitCodes.failed.code);
}

/** Undefined when no server answers there, or not to this key. */
async function readIfServed(options: DoctorOptions, path: string): Promise<string | undefined> {
  const address = httpAddressOf(options);
  return readPath(address, path).catch(() => undefined);
}

function lineOf({ name, status, message }: Finding, { out }: CliContext): string {
  const { green, yellow, red } = out.style;
  const paint = { good: green, warning: yellow, failed: red }[status];
  return `${paint(status.padEnd(8))} ${name.padEnd(14)} ${message}`;
}

const examples = `
Examples:
  sluice doctor
  sluice doctor --data /var/lib/sluice --bundle support.json`;
