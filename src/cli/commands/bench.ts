// sluice bench: runs the program of the benches, which is no part of the engine.

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
    .summary("measure the speed of the parts on this machine")
    .usage("[NAME] [options]")
    .passThroughOptions()
    .argument("[words...]", "name of a bench and its options")
    .action((words: string[]) => runBenches(words));
}

/** Ends as the program of the benches ends; a signal reaches both, they share a terminal. */
async function runBenches(words: readonly string[]): Promise<void> {
  const file = join(repositoryRoot(), "build", "bench", "main.js");
  if (!existsSync(file))
    throw new SluiceError(
      "INVALID_CONFIG",
      "the benches come with a checkout of the sources and not with the package",
    );
  const child = spawn(process.execPath, [...process.execArgv, file, ...words], {
    stdio: "inherit",
  });
  const [code] = (await once(child, "exit")) as [number | null];
  process.exitCode = code ?? 1;
}
