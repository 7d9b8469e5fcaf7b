// PROCESS ENTRY. Builds one collection, so that the build does not affect the measured memory.

import { build } from "./build.js";
import type { BuildOptions } from "./build.js";

const [, , task = "{}"] = process.argv;
const { options, at } = JSON.parse(task) as {
  readonly options: BuildOptions;
  readonly at: { readonly size: number; readonly folder: string };
};
const figures = await build(options, at);
process.send?.(figures, () => process.disconnect());
