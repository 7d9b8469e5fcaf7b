// Whether the system's limits let a server run at all: asked before its threads start, since a thread
// that gets no memory or no descriptors ends the process without a word.

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

/** Of a thread: its event loop. */
const descriptorsPerThread = 5;
/** Ports, models, the data folder's lock, standard streams of a child, and one open collection. */
const otherDescriptors = 24;

/** Of a thread: V8 reserves its heap and code, the C library an arena, at most this much. */
const addressBytesPerThread = 900 * 2 ** 20;
/** The model's runtime, code of libraries, the first collection. */
const otherAddressBytes = 700 * 2 ** 20;

/** Open collections that are worth having where nothing limits them. */
const openDefault = 128;
/** Of an open collection: its file twice, and its lock file. */
const descriptorsPerCollection = 3;
/** Part of the descriptors that is left to connections. */
const connectionShare = 1 / 4;

/**
 * As asked; 0 becomes 128 open collections and half of the memory of the machine, or of the container;
 * no more are open than there are descriptors for. Asked before the threads start.
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

/** Throws SYSTEM_LIMIT naming the limit, what it is and what it would have to be. */
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
