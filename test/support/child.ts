// Programs of the tests' own that run beside the test: they hold locks, write, and get killed.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { present } from "../../src/core/assert.js";

export interface Child {
  readonly pid: number;
  /** Lines of its output, from the first one on that was not taken yet. */
  readonly lines: AsyncIterableIterator<string>;
  nextLine(): Promise<string>;
  /** Sends a line, or closes the input when there is none. */
  send(line?: string): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process is gone and was collected: its code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Starts the compiled program at `url` with `args`. Its stderr is this program's. */
export function startChild(url: URL, args: readonly string[]): Child {
  return startCommand([process.execPath, fileURLToPath(url), ...args]);
}

export function startCommand([program = "", ...args]: readonly string[]): Child {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const reader = createInterface({ input: child.stdout });
  const lines: AsyncIterableIterator<string> = reader[Symbol.asyncIterator]();
  // A child that is killed closes the pipe while something may still be on its way to it.
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
