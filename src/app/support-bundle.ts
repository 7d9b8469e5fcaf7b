// What support needs of a server, in one file: versions, machine, options, findings, metrics and the
// names of what lies in the data folder. No key, no query, no text and no field of a document.

import { readdirSync, writeFileSync } from "node:fs";
import { arch, cpus, freemem, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import type { LoadedConfig } from "../config/load-config.js";
import type { Finding } from "./doctor.js";

/** Writes the bundle as JSON, readable by its owner only. */
export function writeSupportBundle(
  file: string,
  parts: {
    readonly version: string;
    readonly timeMs: number;
    readonly loaded: LoadedConfig;
    readonly findings: readonly Finding[];
    /** Of the running server; absent when none can be read. */
    readonly metrics: string | undefined;
    readonly readiness: string | undefined;
  },
): void {
  const { version, timeMs, loaded, findings, metrics, readiness } = parts;
  const bundle = {
    version,
    time: new Date(timeMs).toISOString(),
    machine: machineFacts(),
    config: withoutCredentials(loaded.config),
    sources: Object.fromEntries(loaded.provenance),
    findings,
    dataFolder: namesIn(loaded.config.data),
    readiness,
    metrics,
  };
  writeFileSync(file, `${JSON.stringify(bundle, null, 2)}\n`, { mode: 0o600 });
}

function machineFacts(): object {
  const processors = cpus();
  return {
    node: process.versions,
    system: `${platform()} ${release()} ${arch()}`,
    processors: { count: processors.length, model: processors[0]?.model },
    load: loadavg(),
    memory: { totalBytes: totalmem(), freeBytes: freemem(), limit: process.constrainedMemory() },
  };
}

/** Addresses may contain a user and a password. */
function withoutCredentials(config: object): unknown {
  return JSON.parse(JSON.stringify(config), (_, value: unknown) =>
    typeof value === "string" ? value.replace(/\/\/[^/@\s]*@/, "//***@") : value,
  );
}

/** Names of files and folders, two levels deep; contents are not read. */
function namesIn(folder: string): string[] {
  const list = (path: string): string[] => {
    try {
      return readdirSync(join(folder, path)).sort();
    } catch {
      return [];
    }
  };
  return list("").flatMap((name) => [name, ...list(name).map((inner) => `${name}/${inner}`)]);
}
