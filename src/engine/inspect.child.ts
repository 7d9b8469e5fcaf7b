// PROCESS ENTRY of an inspection: argv is the folder, then the mode.

import { constants, setPriority } from "node:os";

import { isSluiceError } from "../core/errors.js";
import { inspect } from "./inspect.js";
import type { InspectionAnswer, InspectionMode } from "./inspect.js";

const [, , folder = "", mode] = process.argv;

// A server that takes a snapshot has searches to answer.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

async function answer(): Promise<InspectionAnswer> {
  try {
    return { kind: "inspected", inspection: await inspect(folder, mode as InspectionMode) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", reason: isSluiceError(error) ? error.reason : undefined, message };
  }
}

process.send?.(await answer(), () => process.disconnect());
