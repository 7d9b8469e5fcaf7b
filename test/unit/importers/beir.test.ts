import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { openBeirFolder } from "../../../src/importers/beir.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

describe("openBeirFolder", () => {
  it("reads corpus, queries and splits, plain or compressed", async () => {
    await withTemporaryFolder(async (folder) => {
      const document = '{"_id":"1","title":"T","text":"x","metadata":{"year":2020}}\n';
      const queries = '{"_id":"q1","text":"what","metadata":{"kind":"short"}}\n{"_id":"q2"\n';
      await writeFile(join(folder, "corpus.jsonl.gz"), gzipSync(document));
      await writeFile(join(folder, "queries.jsonl"), queries);
      await mkdir(join(folder, "qrels"));
      for (const name of ["train.tsv", "test.tsv", "notes.md"]) {
        await writeFile(join(folder, "qrels", name), "");
      }
      const beir = await openBeirFolder(folder);
      assert.deepEqual(beir.splits, ["test", "train"]);
      assert.equal(beir.qrelsPath("test"), join(folder, "qrels", "test.tsv"));
      assert.throws(() => beir.qrelsPath("dev"), /no qrels\/dev.tsv; splits there: test, train/);
      for await (const { document: found, line } of beir.readCorpus()) {
        assert.deepEqual([found?.key, found?.title, line], ["1", "T", 1]);
      }
      const items = [];
      for await (const item of beir.readQueries()) items.push(item);
      assert.deepEqual(items[0]?.value?.text, "what");
      assert.deepEqual(items[0]?.value?.fields.get("kind"), { kind: "keyword", value: "short" });
      assert.match(items[1]?.error?.message ?? "", /queries.jsonl:2: is not valid JSON/);
    });
  });

  it("refuses a folder without corpus or queries, and lives without judgments", async () => {
    await withTemporaryFolder(async (folder) => {
      await assert.rejects(openBeirFolder(folder), /neither queries.jsonl/);
      await writeFile(join(folder, "queries.jsonl"), "");
      const beir = await openBeirFolder(folder);
      assert.deepEqual(beir.splits, []);
      assert.throws(() => beir.readCorpus(), /neither corpus.jsonl nor corpus.jsonl.gz/);
    });
  });
});
