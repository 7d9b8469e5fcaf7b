// PROCESS ENTRY of the building of one collection: what it leaves in memory is not measured later.

import { build } from "./build.js";
import type { BuildOptions } from "./build.js";

const [, , task = "{}"] = process.argv;
const { options, at } = JSON.parse(task) as {
  readonly options: BuildOptions;
  readonly at: { readonly size: number; readonly folder: string };
};
const figures = await build(options, at);
process.send?.(figures, () => process.disconnect());
