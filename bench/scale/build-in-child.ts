// Builds a collection in a separate process, so that it does not affect the measured memory.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BuildFigures, BuildOptions } from "./build.js";

export async function buildInChild(
  { dim, bits, tokens, words, seed }: BuildOptions,
  at: { readonly size: number; readonly folder: string },
): Promise<BuildFigures> {
  const program = fileURLToPath(new URL("./build.child.js", import.meta.url));
  const task = JSON.stringify({ options: { dim, bits, tokens, words, seed }, at });
  const child = fork(program, [task]);
  let figures: BuildFigures | undefined;
  child.on("message", (message) => {
    figures = message as BuildFigures;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (figures === undefined) throw new Error(`the building ended with ${code ?? "a signal"}`);
  return figures;
}
