#!/usr/bin/env node
// PROCESS ENTRY: loads the command line, if the process may open as many files as that takes.

import { exitCodes } from "./exit-codes.js";
import { processLimits } from "../store/process-limits.js";

/** Node reads about a hundred modules at the same time. */
const descriptorsToLoad = 128;

const { descriptorsMax } = processLimits();
if (descriptorsMax < descriptorsToLoad) {
  process.stderr.write(
    `error: the limit of open files is ${descriptorsMax}, and ${descriptorsToLoad} are needed; raise it (ulimit -n)\n`,
  );
  process.exitCode = exitCodes.systemLimit.code;
} else {
  const { runProgram } = await import("./program.js");
  await runProgram();
}
