// sluice bench: runs the benchmark programs of the checkout in a child process.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Command } from "commander";

import { SluiceError } from "../../core/errors.js";
import { repositoryRoot } from "../../core/paths.js";

export function addBenchCommand(program: Command): void {
  program
    .command("bench")
    .summary("measure the speed of components on this machine")
    .usage("[NAME] [options]")
    .passThroughOptions()
    .argument("[words...]", "name of a bench and its options")
    .action((words: string[]) => runBenches(words));
}

/** Exits as the benchmark does. Signals reach both processes, since they share a terminal. */
async function runBenches(words: readonly string[]): Promise<void> {
  const file = join(repositoryRoot(), "build", "bench", "main.js");
  if (!existsSync(file))
    throw new SluiceError(
      "INVALID_CONFIG",
      "benchmarks need a checkout of the sources; the package does not contain them",
    );
  const child = spawn(process.execPath, [...process.execArgv, file, ...words], {
    stdio: "inherit",
  });
  const [code] = (await once(child, "exit")) as [number | null];
  process.exitCode = code ?? 1;
}
