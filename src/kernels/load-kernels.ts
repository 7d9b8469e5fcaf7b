// Chooses the kernels of this machine: native by CPU features, else WASM, else plain TypeScript.

import { SluiceError } from "../core/errors.js";
import { checkKernels } from "./check-kernels.js";
import type { Kernels } from "./kernels.js";
import { nativeSets, openNativeKernels, type NativeSet } from "./native.js";
import { createReferenceKernels } from "./reference.js";
import { openWasmKernels } from "./wasm.js";

/** Names of kernels that can be chosen. */
export type KernelChoice = NativeSet | "wasm" | "reference";

export const kernelChoices: readonly KernelChoice[] = [...nativeSets, "wasm", "reference"];

export interface LoadedKernels {
  readonly kernels: Kernels;
  readonly choice: KernelChoice;
  /** One line for each form that was tried and cannot be used here. */
  readonly notes: string[];
}

/**
 * The fastest kernels that this CPU runs and that return the reference's bits on a small case.
 * `force` takes that form only: INVALID_CONFIG when it is missing, unfit or wrong.
 */
export function loadKernels(force?: KernelChoice): LoadedKernels {
  const notes: string[] = [];
  const choices = force === undefined ? kernelChoices : [force];
  for (const choice of choices) {
    try {
      const kernels = openKernels(choice);
      checkKernels(kernels);
      return { kernels, choice, notes };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (force !== undefined) {
        throw new SluiceError("INVALID_CONFIG", `kernel ${force} cannot be used: ${reason}`, {
          field: "kernel",
          cause: error,
        });
      }
      notes.push(`kernel ${choice} is not used: ${reason}`);
    }
  }
  throw new SluiceError("INTERNAL", `no kernel works: ${notes.join("; ")}`);
}

/** For the threads of a process that has loaded this form, and so checked it. */
export function openKernels(choice: KernelChoice): Kernels {
  switch (choice) {
    case "reference":
      return createReferenceKernels();
    case "wasm":
      return openWasmKernels();
    case "avx512":
    case "avx2":
    case "neon":
    case "scalar":
      return openNativeKernels(choice);
  }
}
