// What a collection needs of memory and disk, by the constants that the scale benchmark measured.

import { present } from "../../src/core/assert.js";
import { rowBytes } from "../../src/kernels/kernels.js";
import type { CodeBits } from "../../src/kernels/kernels.js";
import { tableRow } from "../markdown.js";
import { readScale } from "./render.js";
import type { ScaleFile, SizeFigures } from "./render.js";

const passageCounts = [100_000, 1_000_000, 10_000_000];
const bitChoices: readonly CodeBits[] = [1, 2, 4];
const mib = 2 ** 20;
const gib = 2 ** 30;

/** Bytes of one passage besides its token codes, and memory of a server without passages. */
interface Constants {
  /** In memory: sketch, terms, fields, tables. */
  readonly ownBytes: number;
  /** On disk, beside the codes: the same, text, and what LMDB leaves free. */
  readonly otherDiskBytes: number;
  readonly baseBytes: number;
}

export function sizingMarkdown(file = readScale()): string {
  const { dim, tokens, words, cpu, cores, command } = file;
  const constants = constantsOf(file);
  const rows = passageCounts.flatMap((passages) =>
    bitChoices.map((bits) => sizingRow({ passages, bits }, file, constants)),
  );
  const loads = wholeSizes(file).map(
    ({ passages, load }) => `${load.perSecond} a second at ${count(passages)} passages`,
  );
  return [
    tableRow(["passages", "bits", "token codes", "memory of the process", "disk"]),
    "|---|---|---|---|---|",
    ...rows,
    "",
    `Passages of ${tokens} tokens x ${dim} with ${words} words. Memory of the process is ` +
      `${size(constants.baseBytes)} and ${(constants.ownBytes / 1024).toFixed(1)} KiB a passage; disk is the codes and ` +
      `${(constants.otherDiskBytes / 1024).toFixed(1)} KiB a passage. Half of the highest load was ${loads.join(", ")}. ` +
      `${cores} cores of ${cpu}; \`${command}\`.`,
  ].join("\n");
}

function sizingRow(
  { passages, bits }: { readonly passages: number; readonly bits: CodeBits },
  { dim, tokens }: ScaleFile,
  { baseBytes, ownBytes, otherDiskBytes }: Constants,
): string {
  const codes = passages * tokens * rowBytes(dim, bits);
  return tableRow([
    count(passages),
    String(bits),
    size(codes),
    size(baseBytes + passages * ownBytes),
    size(codes + passages * otherDiskBytes),
  ]);
}

/** From the smallest and the largest collection, so that what does not grow falls out. */
function constantsOf(file: ScaleFile): Constants {
  const sizes = wholeSizes(file);
  const small = present(sizes[0], "the benchmark has a smallest size");
  const large = present(sizes.at(-1), "the benchmark has a largest size");
  const growth = (large.memory.ownMiB - small.memory.ownMiB) * mib;
  const ownBytes = growth / (large.passages - small.passages);
  const codes = file.tokens * ((file.dim * file.bits) / 8);
  return {
    ownBytes,
    otherDiskBytes: large.disk.bytesPerPassage - codes,
    baseBytes: small.memory.ownMiB * mib - small.passages * ownBytes,
  };
}

type WholeSize = Pick<SizeFigures, "passages" | "memory" | "disk" | "load">;

function wholeSizes({ sizes }: ScaleFile): WholeSize[] {
  return sizes.flatMap(({ passages, memory, disk, load }) =>
    passages === undefined || !memory || !disk || !load ? [] : [{ passages, memory, disk, load }],
  );
}

function size(bytes: number): string {
  return bytes < gib ? `${Math.round(bytes / mib)} MiB` : `${(bytes / gib).toFixed(1)} GiB`;
}

function count(passages: number): string {
  return passages.toLocaleString("en-US");
}
