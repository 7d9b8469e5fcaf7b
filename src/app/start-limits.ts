// Checks the system's limits before threads start, because a thread that gets no memory or no file
// descriptors ends the process without an error message.

import { totalmem } from "node:os";

import { SluiceError } from "../core/errors.js";
import type { CollectionLimits } from "../engine/collections.js";
import {
  addressBytesInUse,
  descriptorsInUse,
  processLimits,
  spareDescriptors,
} from "../store/process-limits.js";
import { keptAddressBytes } from "../store/map-size.js";

/** File descriptors of a thread's event loop. */
const descriptorsPerThread = 5;
/**
 * Ports, models, the data folder's lock, standard streams of a child process, one open collection.
 */
const otherDescriptors = 24;

/** Address space of a thread: V8 reserves heap and code ranges, the C library an arena. */
const addressBytesPerThread = 900 * 2 ** 20;
/** Address space of the model's runtime, libraries and the first collection. */
const otherAddressBytes = 700 * 2 ** 20;

/** Open collections where the system imposes no limit. */
const openDefault = 128;
/** File descriptors of an open collection: its file twice, and its lock file. */
const descriptorsPerCollection = 3;
/** Share of the descriptors that is reserved for connections. */
const connectionShare = 1 / 4;

/**
 * The limits as configured. 0 becomes 128 open collections, and half of the memory of the machine
 * or container; the number of open collections is also bounded by file descriptors.
 */
export function limitCollections(asked: CollectionLimits, threadCount: number): CollectionLimits {
  const { descriptorsMax } = processLimits();
  const left = (1 - connectionShare) * descriptorsMax - neededDescriptors(threadCount);
  const possible = Math.max(2, Math.floor(left / descriptorsPerCollection));
  return {
    ...asked,
    openMax: Math.min(asked.openMax || openDefault, possible),
    openBytesMax: asked.openBytesMax || memoryBytes() / 2,
  };
}

function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Throws SYSTEM_LIMIT naming the limit, its value and the value that is needed. */
export function checkStartLimits(threadCount: number): void {
  const limits = processLimits();
  const { descriptorsMax, addressBytesMax } = limits;
  const descriptors = neededDescriptors(threadCount);
  if (descriptors > descriptorsMax)
    throw new SluiceError(
      "SYSTEM_LIMIT",
      `a server with ${threadCount} threads needs ${descriptors} file descriptors at least, and the limit is ${descriptorsMax}; raise it (ulimit -n), or set scoringWorkers and encodingWorkers lower`,
    );
  const addressBytes =
    addressBytesInUse() +
    threadCount * addressBytesPerThread +
    otherAddressBytes +
    keptAddressBytes(limits);
  if (addressBytes > addressBytesMax)
    throw new SluiceError(
      "SYSTEM_LIMIT",
      `a server with ${threadCount} threads needs ${gibibytes(addressBytes)} GiB of address space at least, and the limit is ${gibibytes(addressBytesMax)} GiB; raise it (ulimit -v), or set scoringWorkers and encodingWorkers lower`,
    );
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}

function neededDescriptors(threadCount: number): number {
  return (
    descriptorsInUse() +
    threadCount * descriptorsPerThread +
    otherDescriptors +
    spareDescriptors(processLimits())
  );
}
