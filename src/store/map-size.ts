// How much address space the map of an environment takes.

import { SluiceError } from "../core/errors.js";
import { addressBytesInUse, processLimits } from "./process-limits.js";
import type { ProcessLimits } from "./process-limits.js";

/** Reserved where there is plenty; a collection's file cannot grow beyond its map. */
const usualMapBytes = 256 * 2 ** 30;

/** Room to grow in, where address space is short. */
const growthBytesMin = 128 * 2 ** 20;

/** Address space that no map takes: heaps, buffers and threads grow into it. */
export function keptAddressBytes({
  addressBytesMax,
}: Pick<ProcessLimits, "addressBytesMax">): number {
  return Math.max(2 ** 30, addressBytesMax / 8);
}

/** Maps end where pages of any size do. */
const granularityBytes = 2 * 2 ** 20;

/**
 * For a file of `fileBytes`: an eighth of the address space that is free, as long as this leaves
 * the file room to double; at most 256 GiB. Throws SYSTEM_LIMIT when there is not even that much.
 */
export function chooseMapBytes(fileBytes: number, folder: string): number {
  const { addressBytesMax } = processLimits();
  const free = addressBytesMax - keptAddressBytes({ addressBytesMax }) - addressBytesInUse();
  const needed = 2 * fileBytes + growthBytesMin;
  if (needed > free)
    throw new SluiceError(
      "SYSTEM_LIMIT",
      `opening a collection needs ${mebibytes(needed)} MiB of address space, and ${mebibytes(Math.max(0, free))} of ${mebibytes(addressBytesMax)} MiB are free; raise the limit (ulimit -v) or keep fewer collections open`,
      { place: folder },
    );
  const bytes = Math.min(usualMapBytes, Math.max(needed, free / 8));
  return granularityBytes * Math.floor(bytes / granularityBytes);
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}

/** Beside its values, what a commit writes of pages that lead to them. */
const commitBytes = 16 * 2 ** 20;

/**
 * Throws SYSTEM_LIMIT when a commit of `bytes` might make the file larger than its map: LMDB would
 * map it anew, and end the process if it cannot.
 */
export function checkMapRoom(
  { fileBytes, mapBytes }: { readonly fileBytes: number; readonly mapBytes: number },
  bytes: number,
): void {
  if (fileBytes + 2 * bytes + commitBytes <= mapBytes) return;
  throw new SluiceError(
    "SYSTEM_LIMIT",
    `the collection's file has grown to the ${mebibytes(mapBytes)} MiB of address space that it was opened with; nothing was written; try again once it was closed and opened anew, or raise the limit (ulimit -v)`,
  );
}
