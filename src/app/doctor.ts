// Whether this machine and configuration can run a server, as `sluice doctor` shows it.

import { accessSync, constants, existsSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, freemem } from "node:os";
import { dirname, join } from "node:path";
import type { Config } from "../config/schema.js";
import { isSluiceError } from "../core/errors.js";
import { createModels } from "../engine/models.js";
import { foregroundThreads } from "../encoding/encode-pool.js";
import { loadKernels } from "../kernels/load-kernels.js";
import { listen } from "../net/listen.js";
import { openTls } from "../net/tls.js";
import { readDiskSpace } from "../store/disk-space.js";
import { lockHolder } from "../store/folder-lock.js";
import { divideCores } from "./cpu-budget.js";
import { checkStartLimits } from "./start-limits.js";

export interface Finding {
  /** What was looked at, such as `kernels`. */
  readonly name: string;
  readonly status: "good" | "warning" | "failed";
  /** One line, with the remedy. */
  readonly message: string;
}

type Outcome = Omit<Finding, "name">;

/** Memory of a server with the default model and no data. */
const baseMemoryBytes = 512 * 2 ** 20;

/**
 * Looks at the runtime, kernels, models, memory, limits, ports, data folder, disk and certificates.
 * Changes nothing; a server may run meanwhile. Never throws: what fails is a finding.
 */
export async function diagnose(config: Config): Promise<readonly Finding[]> {
  const checks: readonly (readonly [string, () => Outcome | Promise<Outcome>])[] = [
    ["node", checkNode],
    ["kernels", () => checkKernels(config)],
    ["model", () => checkModel(config, config.defaultModel)],
    ["cross-encoder", () => checkReranker(config)],
    ["memory", checkMemory],
    ["system limits", () => checkLimits(config)],
    ["gRPC port", () => checkPort(config, config.grpcPort)],
    ["HTTP port", () => checkPort(config, config.httpPort)],
    ["data folder", () => checkFolder(config)],
    ["disk", () => checkDisk(config)],
    ["certificates", () => checkCertificates(config)],
  ];
  const findings: Finding[] = [];
  for (const [name, check] of checks) findings.push({ name, ...(await outcomeOf(check)) });
  return findings;
}

async function outcomeOf(check: () => Outcome | Promise<Outcome>): Promise<Outcome> {
  try {
    return await check();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: "failed", message };
  }
}

function checkNode(): Outcome {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isSupported = major > 20 || (major === 20 && minor >= 19);
  return isSupported
    ? good(`Node.js ${process.versions.node} on ${process.platform}-${process.arch}`)
    : failed(`Node.js ${process.versions.node} is too old; 20.19 or later is needed`);
}

function checkKernels({ kernel }: Config): Outcome {
  const { kernels, notes } = loadKernels(kernel === "auto" ? undefined : kernel);
  const isNative = kernels.name.startsWith("native");
  if (isNative) return good(kernels.name);
  return warning(
    `${kernels.name}: searches are slower than with native kernels; ${notes.join("; ")}`,
  );
}

async function checkModel({ modelsFolder }: Config, name: string): Promise<Outcome> {
  const { manifest } = await createModels(modelsFolder).open(name);
  return good(`${manifest.name}, ${manifest.kind}, its files are as its manifest says`);
}

function checkReranker(config: Config): Outcome | Promise<Outcome> {
  const { rerankModel } = config.search;
  if (rerankModel === "") return good("none is configured");
  if (!existsSync(join(config.modelsFolder, rerankModel)))
    return warning(`"${rerankModel}" is no local model; it must be a remote reranker`);
  return checkModel(config, rerankModel);
}

function checkMemory(): Outcome {
  const constrained = process.constrainedMemory();
  const free = freemem();
  const available = constrained > 0 ? Math.min(constrained, free) : free;
  const text = `${mebibytes(available)} MiB are free`;
  return available < baseMemoryBytes
    ? warning(`${text}; a server without data needs about ${mebibytes(baseMemoryBytes)} MiB`)
    : good(text);
}

function checkLimits(config: Config): Outcome {
  const { scoringWorkers, encodingWorkers } = divideCores(availableParallelism(), config);
  const threadCount = scoringWorkers + encodingWorkers + foregroundThreads(encodingWorkers) + 1;
  checkStartLimits(threadCount);
  return good(`enough descriptors and addresses for ${threadCount} threads`);
}

async function checkPort({ host, data }: Config, port: number): Promise<Outcome> {
  if (port === 0) return good("chosen by the system");
  const server = createServer();
  try {
    await listen(server, { host, port });
    return good(`${host}:${port} is free`);
  } catch (error) {
    if (!isSluiceError(error) || error.reason !== "PORT_IN_USE") throw error;
    const holder = lockHolder(data);
    return holder === undefined
      ? failed(`${error.message}; choose another port`)
      : good(`${host}:${port} is in use; process ${holder} serves the data folder`);
  } finally {
    server.close();
  }
}

function checkFolder({ data }: Config): Outcome {
  if (!existsSync(data)) {
    accessSync(nearestFolder(data), constants.W_OK);
    return good(`${data} does not exist yet and can be created`);
  }
  accessSync(data, constants.R_OK | constants.W_OK);
  const holder = lockHolder(data);
  return good(holder === undefined ? `${data} can be written` : `process ${holder} serves ${data}`);
}

async function checkDisk({ data, quotas }: Config): Promise<Outcome> {
  const { freeBytes, totalBytes, usedRatio } = await readDiskSpace(nearestFolder(data));
  const used = `${(100 * usedRatio).toFixed(0)} % of ${mebibytes(totalBytes)} MiB are used`;
  const max = quotas.diskUsedPercentMax;
  if (max < 100 && 100 * usedRatio >= max)
    return failed(`${used}: writes are stopped from ${max} %`);
  const text = `${used}, ${mebibytes(freeBytes)} MiB are free`;
  return 100 * usedRatio >= max - 10 ? warning(`${text}; writes stop at ${max} %`) : good(text);
}

function checkCertificates({ tls }: Config): Outcome {
  if (tls.cert === "") return good("none: plain text");
  const files = {
    certificateFile: tls.cert,
    keyFile: tls.key,
    clientAuthorityFile: tls.clientCa === "" ? undefined : tls.clientCa,
  };
  const { warnings, notAfterMs } = openTls(files, () => Date.now()).material();
  const [first] = warnings;
  return first === undefined
    ? good(`valid until ${new Date(notAfterMs).toISOString()}`)
    : warning(warnings.join("; "));
}

/** The folder itself, or the nearest one above it that exists. */
function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function mebibytes(bytes: number): string {
  return Math.round(bytes / 2 ** 20).toString();
}

function good(message: string): Outcome {
  return { status: "good", message };
}

function warning(message: string): Outcome {
  return { status: "warning", message };
}

function failed(message: string): Outcome {
  return { status: "failed", message };
}
