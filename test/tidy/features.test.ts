// docs/reference/features.md names every RPC, has no empty cell, and what it names is there.

import assert from "node:assert/strict";
import { definitions } from "../../src/wire/definitions.js";
import { readText } from "./tree.js";

interface Row {
  readonly cells: readonly string[];
  readonly http: string;
  readonly grpc: string;
  readonly commands: string;
}

const rows: readonly Row[] = readText("docs/reference/features.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| feature"))
  .map((line) => {
    const cells = line.split("|").slice(1, -1);
    const [, , http = "", grpc = "", , commands = ""] = cells;
    return { cells: cells.map((cell) => cell.trim()), http, grpc, commands };
  });

function codesIn(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = ""]) => code);
}

describe("the table of features", () => {
  it("has a row for every RPC, each once", () => {
    const services = Object.entries(definitions().packages).filter(([name]) =>
      /^sluice\.v1\.\w+Service$/.test(name),
    );
    const rpcs = services.flatMap(([service, methods]) =>
      Object.keys(methods).map((method) => `${service.replace("sluice.v1.", "")}/${method}`),
    );
    assert.deepEqual(rows.flatMap(({ grpc }) => codesIn(grpc)).sort(), rpcs.sort());
  });

  it("has no empty cell, and a reason where there is no way", () => {
    for (const { cells } of rows) {
      assert.equal(cells.length, 6, cells.join("|"));
      for (const cell of cells) assert.doesNotMatch(cell, /^(|-|no|none:?)$/, cells.join("|"));
    }
  });

  it("names routes and commands that there are", () => {
    const { paths } = JSON.parse(readText("proto/openapi.json")) as {
      readonly paths: Readonly<Record<string, object>>;
    };
    for (const route of rows.flatMap(({ http }) => codesIn(http))) {
      const [method = "", path = ""] = route.split(" ");
      assert.ok(method.toLowerCase() in (paths[path] ?? {}), route);
    }
    const reference = readText("docs/reference/cli.md");
    for (const command of rows.flatMap(({ commands }) => codesIn(commands)))
      assert.ok(reference.includes(command.replace(/ --.*/, "")), command);
  });
});
