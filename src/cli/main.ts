#!/usr/bin/env node
// PROCESS ENTRY. Loads the command line, if the limit of open files permits.

import { exitCodes } from "./exit-codes.js";
import { processLimits } from "../store/process-limits.js";

/** Node reads about 150 modules concurrently. */
const descriptorsToLoad = 192;

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
