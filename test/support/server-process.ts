// The real server in a separate process, as `sluice serve` starts it.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { createClient } from "../../src/client/client.js";
import type { SluiceClient } from "../../src/client/client.js";
import { present } from "../../src/core/assert.js";
import { underLimits } from "./limited-process.js";

export interface ServerOptions {
  readonly data: string;
  /** Additional flags. */
  readonly flags?: readonly string[];
  /** Environment of the process, besides PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** System limits, as arguments of `prlimit`. */
  readonly limits?: readonly string[];
  /** API key of the client. */
  readonly apiKey?: string;
}

export interface ServerProcess {
  readonly pid: number;
  /** `host:port` of the gRPC port. */
  readonly address: string;
  /** `http://host:port`. */
  readonly url: string;
  readonly client: SluiceClient;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the server has printed a line that starts with `start`. */
  printed(start: string): Promise<void>;
  /** Its log output so far. */
  stderr(): string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface FailedStart {
  readonly code: number | NodeJS.Signals;
  readonly stderr: string;
}

const program = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
/** Running servers, so that none remains after a failed test. */
const running = new Set<ChildProcess>();

/** Call it inside a suite: ends every server that its tests leave running. */
export function endServersAfterEach(): void {
  afterEach(async () => {
    for (const child of running) {
      child.kill("SIGKILL");
      await once(child, "close");
    }
  });
}

/** Resolves when both ports respond. */
export async function startServerProcess(options: ServerOptions): Promise<ServerProcess> {
  const { child, lines, ended, stderr } = launch(options);
  const first = lines.waitFor("grpc ");
  const gone = ended.then((code) => {
    throw new Error(`the server ended with ${code} before it served: ${stderr()}`);
  });
  const address = secondWord(await Promise.race([first, gone]));
  gone.catch(() => undefined);
  const url = secondWord(await lines.waitFor("http ")).replace(/\/$/, "");
  const client = createClient({
    address,
    nowMs: Date.now,
    random: () => 0.5,
    checkContract: true,
    apiKey: options.apiKey,
  });
  return {
    pid: present(child.pid, "the server has started"),
    address,
    url,
    client,
    kill: (signal) => child.kill(signal),
    printed: async (start) => {
      await lines.waitFor(start);
    },
    stderr,
    ended: ended.finally(() => client.close()),
  };
}

/** For servers that must fail to start. */
export async function startInVain(options: ServerOptions): Promise<FailedStart> {
  const { ended, stderr } = launch(options);
  return { code: await ended, stderr: stderr() };
}

/** Sends SIGTERM and expects exit code 0. */
export async function stopServer(server: ServerProcess): Promise<void> {
  server.kill("SIGTERM");
  const code = await server.ended;
  if (code !== 0) throw new Error(`the server ended with ${code}`);
}

interface Launched {
  readonly child: ChildProcess;
  readonly lines: { waitFor(start: string): Promise<string> };
  readonly ended: Promise<number | NodeJS.Signals>;
  stderr(): string;
}

function launch({ data, flags = [], environment = {}, limits = [] }: ServerOptions): Launched {
  const ports = ["--grpc-port", "0", "--http-port", "0"];
  const serve = ["serve", "--data", data, ...ports, "--log-level", "warn", ...flags];
  const { file, args } = underLimits(limits, [process.execPath, program, ...serve]);
  const child = spawn(file, args, {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, "close").then((values) => {
    running.delete(child);
    const [code, signal] = values as [number | null, NodeJS.Signals | null];
    return present(code ?? signal, "an ended process has a code or a signal");
  });
  const seen: string[] = [];
  const waiting = new Map<string, (line: string) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    seen.push(line);
    for (const [start, resolve] of waiting) if (line.startsWith(start)) resolve(line);
  });
  const waitFor = (start: string): Promise<string> => {
    const known = seen.find((line) => line.startsWith(start));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => waiting.set(start, resolve));
  };
  return { child, lines: { waitFor }, ended, stderr: () => errors };
}

function secondWord(line: string): string {
  return present(line.trim().split(/\s+/)[1], "a line has words");
}
