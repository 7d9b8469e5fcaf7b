// Runs the program of this build.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

/** Its output; rejects unless it exits with 0. */
export async function runProgram(args: readonly string[]): Promise<string> {
  const environment = { env: { PATH: process.env["PATH"] } };
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], environment);
  return stdout;
}
