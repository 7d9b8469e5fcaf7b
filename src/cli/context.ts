// What every command gets: where to print, the clock, and a way to end with another code than 0.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../core/paths.js";
import { openTerminal } from "./terminal/terminal.js";
import type { Terminal } from "./terminal/terminal.js";

export interface CliContext {
  /** Results. */
  readonly out: Terminal;
  /** Progress and complaints. */
  readonly err: Terminal;
  /** Milliseconds from a monotonic origin. */
  readonly nowMs: () => number;
  /**
   * Aborted by the first Ctrl-C or SIGTERM; a second one ends the process at once. Until a command
   * has asked for it, the first one does.
   */
  readonly interrupted: AbortSignal;
  /** One line of results. */
  print(line: string): void;
  /** One line of JSON. */
  printJson(value: unknown): void;
  /** A complaint that ends nothing. */
  warn(line: string): void;
  /** The process will end with this code, unless an error gives another. */
  setExitCode(code: number): void;
}

export function createContext(): CliContext {
  const out = openTerminal(process.stdout);
  const err = openTerminal(process.stderr);
  let interrupted: AbortSignal | undefined;
  return {
    out,
    err,
    nowMs: () => performance.now(),
    get interrupted() {
      return (interrupted ??= interruptSignal());
    },
    print: (line) => out.write(`${line}\n`),
    printJson: (value) => out.write(`${JSON.stringify(value)}\n`),
    warn: (line) => err.write(`${err.style.yellow(line)}\n`),
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}

/** Version of the program, as in package.json. */
export function programVersion(): string {
  const text = readFileSync(join(repositoryRoot(), "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;

function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: keyof typeof signalCodes): void => {
    if (controller.signal.aborted) process.exit(signalCodes[name]);
    controller.abort(new InterruptedError(signalCodes[name]));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}

/** The reason of an interrupted command. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("interrupted");
    this.exitCode = exitCode;
  }
}
