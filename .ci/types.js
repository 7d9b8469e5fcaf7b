// The declarations of the npm package: one file for each entry in build/types/, and one with what
// entries share, from the sources and without the declarations of internals.

import { dts } from "rollup-plugin-dts";

const entries = ["engine", "client", "browser", "react"];

export default {
  input: Object.fromEntries(entries.map((name) => [name, `src/public/${name}.ts`])),
  output: {
    dir: "build/types",
    format: "es",
    entryFileNames: "[name].d.ts",
    chunkFileNames: "shared.d.ts",
  },
  plugins: [dts({ tsconfig: "tsconfig.types.json" })],
  // Packages and modules of Node.
  external: [/^[^./]/],
};
