// Replaces each compiled *.bundle.js by one file with all that it imports, so that those packages are
// not installed beside Sluice. Their licenses are collected in build/third-party-licenses.txt.

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

// What modules in the form of CommonJS have, and ES modules do not.
const banner = `import { createRequire } from "node:module";
  const require = createRequire(import.meta.url), __dirname = import.meta.dirname;`;

// Names of shared parts change with their contents.
rmSync("build/src/shared", { recursive: true, force: true });

const { metafile } = await build({
  entryPoints: ["src/**/*.bundle.ts"],
  outdir: "build/src",
  outbase: "src",
  bundle: true,
  splitting: true,
  chunkNames: "shared/[hash]",
  minify: true,
  // Errors and their names reach users and logs.
  keepNames: true,
  platform: "node",
  target: "node20",
  format: "esm",
  banner: { js: banner },
  // Sluice uses these itself, and has them as dependencies.
  external: ["pino", "zod"],
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

// The services of gRPC read their definitions from ../../proto/ when they are created.
cpSync("node_modules/grpc-health-check/proto/health", "build/proto/health", { recursive: true });
cpSync("node_modules/@grpc/reflection/build/proto/grpc", "build/proto/grpc", { recursive: true });

/** Names of the packages by the text of their license, which many share. */
const licenses = new Map();
for (const folder of packageFolders(Object.keys(metafile.inputs))) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  const text = [license, ...texts].join("\n\n");
  licenses.set(text, [...(licenses.get(text) ?? []), `${name} ${version}`]);
}
const parts = [...licenses].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
writeFileSync("build/third-party-licenses.txt", parts.join(`\n${"-".repeat(80)}\n\n`));

/** Sorted. `a/node_modules/@b/c/d.js` is of the package in `a/node_modules/@b/c`. */
function packageFolders(paths) {
  const found = paths.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]);
  return [...new Set(found)].filter((folder) => folder !== undefined).sort();
}
