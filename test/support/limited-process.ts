// Processes under system limits, set by prlimit of util-linux.

import { spawnSync } from "node:child_process";

/**
 * The command line that runs `command` under `limits`, such as `--nofile=128`, or unchanged without
 * limits. When prlimit is missing, the error says what to install.
 */
export function underLimits(
  limits: readonly string[],
  command: readonly [file: string, ...args: string[]],
): { readonly file: string; readonly args: readonly string[] } {
  const [file, ...args] = command;
  if (limits.length === 0) return { file, args };
  const { error } = spawnSync("prlimit", ["--version"]);
  if (error !== undefined)
    throw new Error(
      `prlimit cannot be run (${error.message}): install util-linux (apt-get install util-linux)`,
    );
  return { file: "prlimit", args: [...limits, ...command] };
}
