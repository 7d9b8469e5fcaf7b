// Test programs that run as child processes: they hold locks, write, and get killed.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { present } from "../../src/core/assert.js";

export interface Child {
  readonly pid: number;
  /** Lines of its output that have not been consumed. */
  readonly lines: AsyncIterableIterator<string>;
  nextLine(): Promise<string>;
  /** Sends a line, or closes the input. */
  send(line?: string): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended, with its exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Starts the compiled program at `url` with `args`; it inherits stderr. */
export function startChild(url: URL, args: readonly string[]): Child {
  return startCommand([process.execPath, fileURLToPath(url), ...args]);
}

export function startCommand([program = "", ...args]: readonly string[]): Child {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const reader = createInterface({ input: child.stdout });
  const lines: AsyncIterableIterator<string> = reader[Symbol.asyncIterator]();
  // The pipe of a killed child closes while writes may be pending.
  child.stdin.on("error", () => undefined);
  return {
    pid: present(child.pid, "the child has started"),
    lines,
    async nextLine() {
      const next = await lines.next();
      if (next.done === true) throw new Error("the child ended without another line");
      return next.value;
    },
    send: (line) => (line === undefined ? child.stdin.end() : child.stdin.write(`${line}\n`)),
    kill: (signal) => child.kill(signal),
    ended: endOf(child),
  };
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return present(code ?? signal, "an ended process has a code or a signal");
}
