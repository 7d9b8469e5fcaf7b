// Exit codes and messages of real processes.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodeOf, exitCodes, exitCodesMarkdown } from "../../src/cli/exit-codes.js";
import { programVersion } from "../../src/cli/context.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";

const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

describe("exit codes", () => {
  it("differ from each other and stand in the table", () => {
    const codes = Object.values(exitCodes).map(({ code }) => code);
    assert.equal(new Set(codes).size, codes.length);
    assert.equal(exitCodesMarkdown().split("\n").length, codes.length + 2);
  });

  it("follow the reason of an error", () => {
    assert.equal(exitCodeOf("DATA_FOLDER_LOCKED"), 3);
    assert.equal(exitCodeOf("DATA_FORMAT_NEWER"), 4);
    assert.equal(exitCodeOf("COLLECTION_NOT_FOUND"), 1);
    assert.equal(exitCodeOf("UNAVAILABLE"), 7);
  });
});

describe("the command line", () => {
  const folder = useTemporaryFolder();

  it("tells its version and helps with examples and exit codes", async () => {
    const version = await run(["--version"]);
    assert.deepEqual([version.code, version.stdout], [0, `${programVersion()}\n`]);
    const help = await run(["--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Examples:[^]*Exit codes:[^]*data folder open/);
    const commands = ["serve", "ingest", "search", "eval", "demo"];
    for (const { code, stdout } of await Promise.all(
      commands.map((command) => run([command, "--help"])),
    )) {
      assert.equal(code, 0);
      assert.match(stdout, /Examples:/);
    }
  });

  it("ends with 2 for wrong usage, with a hint", async () => {
    const wrong = [["serch"], ["search"], ["search", "c", "q", "-k", "0"], ["serve", "--prt"]];
    for (const { code, stderr } of await Promise.all(wrong.map((args) => run(args)))) {
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^error: /);
    }
    assert.match((await run(["serch"])).stderr, /Did you mean search\?/);
  });

  it("ends with 2 for a wrong configuration, naming the option", async () => {
    const { code, stderr } = await run(["config", "print", "--grpc-port", "99999"]);
    assert.equal(code, 2);
    assert.match(stderr, /grpcPort is "99999" \(from --grpc-port\).*\[INVALID_CONFIG\]/);
    const asJson = await run(["config", "print", "--json"], { SLUICE_KERNEL: "sse" });
    const { error } = JSON.parse(asJson.stderr) as { readonly error: { readonly reason: string } };
    assert.deepEqual([asJson.code, error.reason], [2, "INVALID_CONFIG"]);
  });

  it("ends with 7 when no server answers", async () => {
    const { code, stderr } = await run(["collections", "list", "--server", "127.0.0.1:1"]);
    assert.equal(code, 7);
    assert.match(stderr, /sluice serve/);
  });

  it("ends with 5 for a damaged model, naming the file", async () => {
    const { code, stderr } = await run(["model", "verify", "none", "--models-folder", folder()]);
    assert.equal(code, 5);
    assert.match(stderr, /there is no model none/);
  });

  it("verifies the model that comes with it", async () => {
    const { code, stdout } = await run(["model", "verify", "--json"]);
    const { isGood } = JSON.parse(stdout) as { readonly isGood: boolean };
    assert.deepEqual([code, isGood], [0, true]);
  });

  it("prints values with their sources", async () => {
    const file = join(folder(), "sluice.toml");
    writeFileSync(file, "grpcPort = 9000\n");
    const { stdout } = await run(["config", "print", "-c", file, "--json"], {
      SLUICE_HTTP_PORT: "9001",
    });
    const printed = JSON.parse(stdout) as {
      readonly config: { readonly grpcPort: number; readonly httpPort: number };
      readonly sources: Readonly<Record<string, { readonly kind: string }>>;
    };
    assert.deepEqual([printed.config.grpcPort, printed.config.httpPort], [9000, 9001]);
    assert.equal(printed.sources["grpcPort"]?.kind, "file");
    assert.equal(printed.sources["httpPort"]?.kind, "environment");
    assert.equal(printed.sources["data"]?.kind, "default");
  });
});

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const options = { env: { PATH: process.env["PATH"], ...environment } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
