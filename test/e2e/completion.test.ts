// Shells complete commands and options.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { runProgram } from "../support/program.js";

describe("completion in shells", () => {
  it("offers commands with what they do, options, and names of what a command begins with", async () => {
    const commands = await runProgram(["complete", "--", "col"]);
    assert.match(commands, /^collections\t.+\n:\d+\n$/);
    const inner = await runProgram(["complete", "--", "collections", "des"]);
    assert.match(inner, /^describe\tPrints settings and sizes\.\n/);
    const options = await runProgram(["complete", "--", "search", "docs", "--min-"]);
    assert.match(options, /^--min-recall\t/m);
  });

  it("is set up by a script that bash accepts", async () => {
    const script = await runProgram(["completion", "bash"]);
    const check = `${script}\ncomplete -p sluice`;
    const { stdout } = await promisify(execFile)("bash", ["--norc", "-c", check]);
    assert.match(stdout, /^complete .*-F __sluice_complete sluice$/m);
  });
});
