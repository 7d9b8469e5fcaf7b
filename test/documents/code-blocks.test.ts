// Runs what documents tell readers to type, against a server that this test starts. The convention
// is in CONTRIBUTING.md.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { startServer } from "../../src/app/serve.js";
import type { RunningServer } from "../../src/app/serve.js";
import { loadConfig } from "../../src/config/load-config.js";
import { createLogger } from "../../src/observability/logger.js";
import { createNoMetrics } from "../../src/observability/metrics.js";
import { codeBlocks } from "../support/markdown.js";
import { compileBlock } from "../support/typescript-block.js";
import { readText, repositoryFiles, root } from "../tidy/tree.js";

const buildFolder = fileURLToPath(new URL("../../", import.meta.url));

/**
 * In the order in which a reader would follow them: later pages use what earlier ones have made. Those
 * in docs/operations/ need certificates, full disks and process managers, and are not run.
 */
const readingOrder = [
  "README.md",
  "docs/quickstart.md",
  "docs/guides/ingest.md",
  "docs/guides/node.md",
  "docs/guides/export.md",
  "docs/guides/filters.md",
  "docs/guides/rerank.md",
  "docs/guides/calibrate.md",
  "docs/guides/feedback.md",
  "docs/guides/evaluate.md",
  "docs/guides/languages.md",
];

const documents = repositoryFiles.filter(
  (path) => path === "README.md" || (path.startsWith("docs/") && path.endsWith(".md")),
);

const isRunnable = ({ language }: { readonly language: string }): boolean =>
  language === "sh" || language === "ts";

describe("code blocks of documents", () => {
  let folder = "";
  let server: RunningServer | undefined;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-documents-"));
    mkdirSync(join(folder, "bin"));
    mkdirSync(join(folder, "work"));
    writeCommand(join(folder, "bin"));
    server = await startServerIn(folder);
  });

  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it("are of known kinds only, and runnable ones stand in documents of the reading order", () => {
    const kinds = new Set([
      "sh",
      "ts",
      "console",
      "text",
      "json",
      "toml",
      "yaml",
      "python",
      "go",
      "proto",
    ]);
    const wrong = documents.flatMap((path) =>
      codeBlocks(readText(path))
        .filter(
          (block) =>
            !kinds.has(block.language) ||
            (isRunnable(block) && !readingOrder.includes(path) && !path.includes("/operations/")),
        )
        .map(({ line, language }) => `${path}:${line}: ${language}`),
    );
    assert.deepEqual(wrong, []);
  });

  for (const path of readingOrder.filter((name) => documents.includes(name)))
    for (const [index, { language, line, text }] of codeBlocks(readText(path))
      .filter(isRunnable)
      .entries())
      it(`${path}, line ${line}: the ${language} block works`, async () => {
        assert.ok(server !== undefined);
        // The only change: the addresses of the documents are those of this server.
        const adapted = text
          .replaceAll(/(127\.0\.0\.1|localhost):7311/g, `127.0.0.1:${server.grpcPort}`)
          .replaceAll(/(127\.0\.0\.1|localhost):7312/g, `127.0.0.1:${server.httpPort}`);
        const surroundings = { folder, grpcPort: server.grpcPort };
        if (language === "sh") {
          await run("sh", ["-euc", adapted], surroundings);
        } else {
          const name = `document-block-${path.replaceAll(/\W/g, "-")}-${index + 1}`;
          const place = { root, outFolder: buildFolder, name };
          await run(process.execPath, [compileBlock(adapted, place)], surroundings);
        }
      });
});

async function startServerIn(folder: string): Promise<RunningServer> {
  const flags = { data: join(folder, "server"), grpcPort: 0, httpPort: 0 };
  const { config } = loadConfig({ flags, environment: {} });
  const logger = createLogger({ level: "error", format: "text" });
  return startServer(config, { logger, metrics: createNoMetrics(), version: "0" });
}

/** Inside the blocks, `sluice` is the program that was built with this test. */
function writeCommand(folder: string): void {
  const path = join(folder, "sluice");
  writeFileSync(
    path,
    `#!/bin/sh\nexec "${process.execPath}" "${join(buildFolder, "src/cli/main.js")}" "$@"\n`,
  );
  chmodSync(path, 0o755);
}

/** Runs a program in the work folder of all blocks; fails with its output unless it exits with 0. */
async function run(
  program: string,
  args: readonly string[],
  { folder, grpcPort }: { readonly folder: string; readonly grpcPort: number },
): Promise<void> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(program, args, {
    cwd: join(folder, "work"),
    stdio: ["ignore", "pipe", "pipe"],
    // No TMPDIR: a plain Linux shell has none.
    env: {
      PATH: `${join(folder, "bin")}${delimiter}${PATH}`,
      HOME,
      SLUICE_DATA: join(folder, "data"),
      SLUICE_SERVER: `127.0.0.1:${grpcPort}`,
    },
  });
  const closed = once(child, "close");
  const [output, errors] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  const [code] = (await closed) as [number | null];
  assert.equal(code, 0, `${args.join(" ")}\n${output}${errors}`);
}
