// The npm package, from its packed file in an empty project: entries, types, size, and the programs
// of clients/node/.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { build } from "esbuild";
import { publint } from "publint";
import ts from "typescript";

import { repositoryRoot } from "../../src/core/paths.js";
import { packProject } from "../support/packed.js";
import type { PackedProject } from "../support/packed.js";

const run = promisify(execFile);
const root = repositoryRoot();
/** Bytes of the packed file, without models. */
const packedBytesMax = 3_000_000;
/** Bytes of the browser client, minified and compressed. */
const browserBytesMax = 10_000;

describe("the npm package", () => {
  let project: PackedProject;

  before(() => {
    assert.ok(existsSync(join(root, "build/types/engine.d.ts")), "make package-files first");
    project = packProject(["react", "react-dom", "@types/react", "@types/node"]);
  });

  after(() => project.remove());

  it("holds the program, types and kernels, no tests, benches, sources or models", () => {
    const { files, byteCount } = project;
    for (const path of [
      "build/src/cli/main.js",
      "build/types/engine.d.ts",
      "build/page/index.html",
      "native/wasm/kernels.wasm",
      "proto/sluice/v1/search.proto",
      "LICENSE",
      "README.md",
    ])
      assert.ok(files.includes(path), path);
    const foreign = files.filter((path) =>
      /(^|\/)(test|bench|models)\/|\.map$|\.onnx$|(?<!\.d)\.tsx?$/.test(path),
    );
    assert.deepEqual(foreign, []);
    assert.ok(byteCount <= packedBytesMax, `${byteCount} bytes`);
  });

  it("is right for publint, and its types for are-the-types-wrong", async () => {
    const { messages } = await publint({ pkgDir: project.packageFolder, strict: true });
    assert.deepEqual(messages, []);
    const data = new Uint8Array(readFileSync(project.tarball));
    const { problems } = {
      problems: [],
      ...(await checkPackage(createPackageFromTarballData(data))),
    };
    // The package has ES modules only, which resolution as before Node 12 does not know.
    const shown = problems.filter(
      (problem) => !("resolutionKind" in problem) || !/^node10|cjs$/.test(problem.resolutionKind),
    );
    assert.deepEqual(shown, []);
  });

  it("is imported by each of its names, and by no path inside", async () => {
    const lines = [
      ["sluice", "openEngine"],
      ["sluice/client", "createClient"],
      ["sluice/browser", "createBrowserClient"],
      ["sluice/react", "useSluiceSearch"],
    ].map(([name, value]) => `console.log(typeof (await import("${name}")).${value});`);
    const inside = `await import("sluice/build/src/engine/engine.js").catch((e) => console.log(e.code));`;
    const { stdout } = await runModule([...lines, inside].join("\n"));
    const words = stdout.trim().split("\n");
    assert.deepEqual(words, [
      ...Array<string>(4).fill("function"),
      "ERR_PACKAGE_PATH_NOT_EXPORTED",
    ]);
  });

  it("imports only packages that it declares, in its types too", () => {
    // The hook's user has React; the demo, which needs a checkout, has the compiler.
    const declared = new Set([...project.dependencies, "react", "typescript"]);
    // Those of the bundles are the business of the bundler, which fails on what it does not find.
    const names = project.files
      .filter((path) => /^build\/(src|types)\/.*\.(js|d\.ts)$/.test(path))
      .filter((path) => !/\.bundle\.js$|\/shared\//.test(path))
      .flatMap((path) => {
        const text = readFileSync(join(project.packageFolder, path), "utf8");
        return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
      })
      .filter((name) => !name.startsWith(".") && !isBuiltin(name))
      .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    assert.deepEqual(
      [...new Set(names)].filter((name) => !declared.has(name)),
      [],
    );
  });

  it("searches in process, with kernels that nobody has compiled here", async () => {
    copyFileSync(join(root, "clients/node/in-process/main.js"), join(project.folder, "main.js"));
    const { stdout } = await run(process.execPath, ["main.js", "data", "the longest river"], {
      cwd: project.folder,
    });
    assert.match(stdout, /^late_interaction final (volga rhine|rhine volga)$/m);
    if (!existsSync(join(root, `build/prebuilt/${process.platform}-${process.arch}.node`))) return;
    const { stdout: kernel } = await runModule(`
      import { openEngine } from "sluice";
      const engine = await openEngine("data");
      console.log((await engine.collections.describe("rivers")).kernel);
      await engine.close();`);
    assert.match(kernel, /^native-/);
  });

  it("runs by npx, serves, and answers its own clients", async () => {
    const cwd = project.folder;
    const { stdout: version } = await run("npx", ["--offline", "sluice", "--version"], { cwd });
    assert.match(version, /^\d+\.\d+\.\d+$/m);
    const ports = ["--grpc-port", "0", "--http-port", "0"];
    // The file that npx runs; a signal to npx itself would not reach it.
    const program = join(cwd, "node_modules/.bin/sluice");
    const child = spawn(program, ["serve", "--data", "served", ...ports], {
      cwd,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const places = new Map<string, string>();
    for await (const line of createInterface({ input: child.stdout })) {
      const [name = "", place = ""] = line.split(" ").filter((word) => word !== "");
      places.set(name, place);
      if (places.has("grpc") && places.has("http")) break;
    }
    const { stdout } = await runModule(`
      import { createClient } from "sluice/client";
      import { createBrowserClient } from "sluice/browser";
      const client = createClient({ address: ${JSON.stringify(places.get("grpc"))} });
      await client.collections.create({ name: "rivers" });
      const { lastSequence } = await client.ingest("rivers", [{ key: "po", text: "The Po is a river." }]);
      const baseUrl = ${JSON.stringify(places.get("http")?.replace(/\/$/, ""))};
      const request = { collection: "rivers", query: "river", min_sequence: lastSequence };
      for await (const { final, hits } of createBrowserClient({ baseUrl }).search(request))
        if (final) console.log(hits[0].key);
      client.close();`);
    assert.equal(stdout.trim(), "po");
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  it("type-checks programs without looking away from its own declarations", async () => {
    writeFileSync(join(project.folder, "program.ts"), program);
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const flags = [
      "--noEmit",
      "--strict",
      "--target",
      "es2023",
      "--module",
      "nodenext",
      "--types",
      "node",
    ];
    const files = ["--allowJs", "--checkJs", "main.js", "program.ts"];
    await assert.doesNotReject(
      run(process.execPath, [compiler, ...flags, ...files], { cwd: project.folder }),
      (error: unknown) => assert.fail((error as { readonly stdout: string }).stdout),
    );
  });

  it("has a browser client without dependencies and of a few kilobytes", async () => {
    const sizes = await Promise.all(
      ["sluice/browser", "sluice/react"].map(async (name) => {
        const { outputFiles, metafile } = await build({
          stdin: { contents: `export * from "${name}";`, resolveDir: project.folder },
          bundle: true,
          minify: true,
          format: "esm",
          platform: "browser",
          external: ["react"],
          write: false,
          metafile: true,
        });
        const inputs = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules"));
        assert.deepEqual(
          inputs.filter((path) => !path.includes("/sluice/")),
          [],
        );
        return gzipSync(outputFiles[0]?.contents ?? "").length;
      }),
    );
    for (const size of sizes) assert.ok(size < browserBytesMax, `${size} bytes`);
  });

  function runModule(text: string): Promise<{ readonly stdout: string }> {
    return run(process.execPath, ["--input-type=module", "--eval", text], { cwd: project.folder });
  }
});

const program = `
import { openEngine, SluiceError } from "sluice";
import type { SearchHit, SluiceEngine } from "sluice";
import { createClient, SluiceClientError } from "sluice/client";
import type { SluiceClient } from "sluice/client";
import { createBrowserClient } from "sluice/browser";
import { useSluiceSearch } from "sluice/react";

/** Takes an engine and a client alike. */
async function best(from: Pick<SluiceEngine, "searchFinal">, text: string): Promise<SearchHit[]> {
  const { hits } = await from.searchFinal({ collection: "rivers", text });
  return [...hits];
}

export async function everywhere(folder: string): Promise<void> {
  const engine: SluiceEngine = await openEngine(folder);
  const client: SluiceClient = createClient({ address: "127.0.0.1:7311" });
  try {
    await Promise.all([best(engine, "a"), best(client, "a")]);
  } catch (error) {
    if (error instanceof SluiceError && error.reason === "COLLECTION_NOT_FOUND") return;
    if (error instanceof SluiceClientError) console.error(error.reason, error.retryable);
  }
  // @ts-expect-error: a misspelt option
  await engine.searchFinal({ collection: "rivers", text: "a", limit: 3 });
}

const browser = createBrowserClient();
export const useRivers = (query: string): readonly string[] =>
  useSluiceSearch(browser, { collection: "rivers", query }).hits.map(({ key }) => key);
`;
