// Models that are added while the program is installed: served, listed, and removed when nobody needs them.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { writeCheckpoint } from "../support/checkpoints.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { embeddedModelFolder } from "../support/model-folders.js";
import { runProgram } from "../support/program.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";

function writeLateInteraction(folder: string, dim: number): void {
  const colbert = { query_maxlen: 20, doc_maxlen: 40, dim };
  writeCheckpoint(folder, { graph: { dim }, files: { "artifact.metadata": colbert } });
}

describe("models of one's own", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("are added, serve a collection and re-rank, and are removed when nobody needs them", async () => {
    const [models, data] = [join(folder(), "models"), join(folder(), "data")];
    mkdirSync(models);
    symlinkSync(embeddedModelFolder, join(models, "bge-small-en-v1.5-late"));
    const at = ["--models-folder", models];
    for (const dim of [48, 96, 128]) {
      const name = `late-${dim}`;
      writeLateInteraction(join(folder(), name), dim);
      assert.match(
        await runProgram(["model", "add", join(folder(), name), ...at]),
        new RegExp(`^added ${name}: late interaction, conventions of ColBERT .*, dim ${dim}\\n`),
      );
    }
    writeCheckpoint(join(folder(), "pairs"), {
      graph: { output: "overlap", outputName: "logits", dim: 1, extra: 0.25 },
    });
    await runProgram(["model", "add", join(folder(), "pairs"), ...at]);
    const listed = await runProgram(["model", "list", ...at]);
    assert.match(listed, /^bge-small-en-v1.5-late +late-interaction, dim 384, .*, MIT, default$/m);
    assert.match(listed, /^late-96 +late-interaction, dim 96, /m);
    assert.match(listed, /^pairs +cross-encoder, /m);
    assert.match(await runProgram(["model", "verify", "late-96", ...at]), /late-96: fingerprint/);

    const server = await startServerProcess({ data, flags: at });
    const { client } = server;
    const documents = ["a river", "a boat", "gold in gravel"].map((text) => ({
      key: text,
      title: "",
      text,
      fields: new Map(),
    }));
    for (const dim of [48, 96, 128]) {
      const name = `notes-${dim}`;
      await client.collections.create({ name, modelName: `late-${dim}` });
      await client.ingest(name, documents);
      const rerank = { model: "pairs" };
      const final = await client.searchFinal({ collection: name, text: "gold", rerank });
      assert.deepEqual([final.hits[0]?.key, final.certificate], ["gold in gravel", "reranked"]);
      assert.deepEqual(final.degradations, []);
    }
    const remove = (model: string, ...more: string[]): Promise<string> =>
      runProgram(["model", "remove", model, ...at, "--data", data, ...more]);
    await assert.rejects(remove("late-48"), /is held by process/);
    await client.collections.drop("notes-48");
    await stopServer(server);
    await assert.rejects(
      remove("late-96"),
      /late-96 is the model of notes-96; drop them.*MODEL_IN_USE/,
    );
    await assert.rejects(remove("bge-small-en-v1.5-late"), /is the default model/);
    await assert.rejects(remove("../data"), /there is no model/);
    assert.equal(await remove("late-48"), `removed ${join(models, "late-48")}\n`);
    await remove("late-96", "--force");
    assert.deepEqual(
      ["late-48", "late-96", "late-128"].map((name) => existsSync(join(models, name))),
      [false, false, true],
    );
  });
});
