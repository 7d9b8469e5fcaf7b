// What the system lets this process have of descriptors and address space, and how much of it is in
// use. LMDB's binding ends the process when an environment cannot be opened, so that is asked
// before.

import { readFileSync, readdirSync } from "node:fs";

import { SluiceError } from "../core/errors.js";

export interface ProcessLimits {
  /** Open descriptors at a time; Infinity where nothing is known of a limit. */
  readonly descriptorsMax: number;
  /**
   * Address space in bytes: the limit that is set, or else what the processor's addresses allow.
   */
  readonly addressBytesMax: number;
}

let known: ProcessLimits | undefined;

/** Read once from /proc; without one (not Linux) nothing is limited here. */
export function processLimits(): ProcessLimits {
  known ??= {
    descriptorsMax: softLimit("Max open files") ?? Infinity,
    addressBytesMax: Math.min(softLimit("Max address space") ?? Infinity, userAddressBytes()),
  };
  return known;
}

/** O(descriptors): some microseconds for hundreds, a few milliseconds for ten thousands. */
export function descriptorsInUse(): number {
  try {
    // The descriptor of the listing itself is among them.
    return readdirSync("/proc/self/fd").length - 1;
  } catch (error) {
    // The listing needs a descriptor.
    return isExhausted(error) ? Infinity : 0;
  }
}

export function addressBytesInUse(): number {
  try {
    const [, kibibytes = "0"] = /^VmSize:\s*(\d+)/m.exec(readProc("status")) ?? [];
    return 1024 * Number(kibibytes);
  } catch (error) {
    return isExhausted(error) ? Infinity : 0;
  }
}

/** Whether an error means that the system refused a descriptor or memory. */
export function isExhausted(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error);
  return /EMFILE|ENFILE|ENOMEM|too many open files|cannot allocate memory|allocation failed/i.test(
    message,
  );
}

/**
 * Descriptors that are left to what comes at any moment: connections, threads that look at a file,
 * children. Few where there are few.
 */
export function spareDescriptors({ descriptorsMax }: ProcessLimits): number {
  return Math.min(64, Math.floor(descriptorsMax / 8));
}

/** Throws SYSTEM_LIMIT unless `count` descriptors can be opened with some to spare. */
export function checkDescriptors(count: number, purpose: string): void {
  const limits = processLimits();
  if (limits.descriptorsMax === Infinity) return;
  const inUse = descriptorsInUse();
  if (inUse + count + spareDescriptors(limits) <= limits.descriptorsMax) return;
  throw new SluiceError(
    "SYSTEM_LIMIT",
    `${purpose} needs ${count} file descriptors, and ${inUse} of ${limits.descriptorsMax} are in use; raise the limit (ulimit -n) or use fewer connections`,
  );
}

function softLimit(name: string): number | undefined {
  try {
    const line = readProc("limits")
      .split("\n")
      .find((one) => one.startsWith(name));
    const value = line?.slice(name.length).trim().split(/\s+/)[0];
    return value === undefined || value === "unlimited" ? undefined : Number(value);
  } catch {
    return undefined;
  }
}

/** The stack lies just below the end of what a process can address. */
function userAddressBytes(): number {
  try {
    const stat = readProc("stat");
    // The name in parentheses may hold anything; the start of the stack is the 28th value.
    const values = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const stackStart = Number(values[25]);
    return stackStart > 0 ? 2 ** Math.ceil(Math.log2(stackStart)) : 2 ** 47;
  } catch {
    return 2 ** 47;
  }
}

function readProc(name: string): string {
  return readFileSync(`/proc/self/${name}`, "utf8");
}
