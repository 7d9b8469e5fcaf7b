// What every command receives: output, clock, interruption and exit code.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../core/paths.js";
import { printableJson } from "../core/printable.js";
import { openTerminal } from "./terminal/terminal.js";
import type { Terminal } from "./terminal/terminal.js";

export interface CliContext {
  /** Results. */
  readonly out: Terminal;
  /** Progress and warnings. */
  readonly err: Terminal;
  /** Milliseconds since a monotonic origin. */
  readonly nowMs: () => number;
  /**
   * Aborted by the first Ctrl-C or SIGTERM; a second one ends the process at once. Until a command
   * reads this property, the first one ends the process.
   */
  readonly interrupted: AbortSignal;
  /** Prints one line of results. */
  print(line: string): void;
  /** Prints one line of JSON. */
  printJson(value: unknown): void;
  /** Prints lines of JSON; resolves when standard output takes more: for results of any size. */
  printPaced(lines: string): Promise<void>;
  /** Prints a warning. */
  warn(line: string): void;
  /** Sets the exit code of the process, unless an error sets another. */
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
    printJson: (value) => out.write(`${printableJson(JSON.stringify(value))}\n`),
    async printPaced(lines) {
      if (!process.stdout.write(printableJson(lines))) await once(process.stdout, "drain");
    },
    warn: (line) => err.write(`${err.style.yellow(line)}\n`),
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}

/** Version of the program, from package.json. */
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

/** The error of an interrupted command. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("interrupted");
    this.exitCode = exitCode;
  }
}
