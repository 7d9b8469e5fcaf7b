// The options of imports, on the command line and in mapping files, as a dry run shows them.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { runProgram } from "../support/program.js";

describe("sluice ingest --dry-run", () => {
  const folder = useTemporaryFolder();
  const write = (name: string, content: string): string => {
    const path = join(folder(), name);
    writeFileSync(path, content);
    return path;
  };
  const dryRun = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const output = await runProgram(["ingest", "pages", ...args, "--dry-run", "--json"]);
    return JSON.parse(output) as Record<string, unknown>;
  };

  it("shows layout, documents and kinds, and needs no server", async () => {
    const path = write("pages.csv", "id;text;views\n1;x;12\n2;y;0.5\n");
    assert.deepEqual(await dryRun(path), {
      files: [
        { path, format: "csv", delimiter: ";", header: true, columns: ["id", "text", "views"] },
      ],
      documents: [
        { key: "1", title: "", text: "x", fields: { views: 12 } },
        { key: "2", title: "", text: "y", fields: { views: 0.5 } },
      ],
      documentCount: 2,
      faultCount: 0,
      kinds: { views: { float: 2 } },
      faults: [],
    });
  });

  it("goes by a mapping file, whose options those of the command line replace", async () => {
    const path = write("pages.csv", "link,head,q,a,views,zip\nu,T,one,two,12,7\n");
    const mapping = write(
      "mapping.toml",
      'key = "link"\ntext = ["q", "a"]\nfields = "views"\nkinds = { views = "float" }\n',
    );
    const first = await dryRun(path, "--mapping", mapping);
    assert.deepEqual(first["documents"], [
      { key: "u", title: "", text: "one\n\ntwo", fields: { views: 12 } },
    ]);
    assert.deepEqual(first["kinds"], { views: { float: 1 } });
    const flags = ["--fields", "*", "--text", "q", "--title", "head", "--kinds", "zip=keyword"];
    const second = await dryRun(path, "--mapping", mapping, ...flags);
    assert.deepEqual(second["documents"], [
      { key: "u", title: "T", text: "one", fields: { a: "two", views: 12, zip: "7" } },
    ]);
  });

  it("refuses options and mapping files that it does not know, naming them", async () => {
    const path = write("pages.csv", "id,text\n1,x\n");
    const wrong = write("mapping.toml", 'txt = "q"\nkinds = { a = "number" }\n');
    await assert.rejects(dryRun(path, "--mapping", wrong), /kinds\.a.*txt/);
    await assert.rejects(dryRun(path, "--encoding", "latin"), /encoding \\"latin\\" is unknown/);
    await assert.rejects(dryRun(path, "--kinds", "a=number"), /Expected NAME=KIND/);
    await assert.rejects(dryRun(path, "--zone", "CET"), /"CET\\" is no offset from UTC/);
  });
});
