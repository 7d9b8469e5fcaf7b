// Properties of the machine.

import { cpus, loadavg } from "node:os";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { rounded } from "../scale/summary.js";
import type { Machine } from "./machine-schema.js";

export interface MachineNote {
  /** The load before the benchmark shows what else was running. */
  facts(): Machine;
}

export function noteMachine(): MachineNote {
  const [loadBefore = 0] = loadavg();
  return {
    facts: () => ({
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      loadBefore: rounded(loadBefore),
      loadAfter: rounded(loadavg()[0] ?? 0),
      node: process.version,
      kernel: loadKernels().kernels.name,
    }),
  };
}
