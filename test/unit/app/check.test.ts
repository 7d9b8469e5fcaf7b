import assert from "node:assert/strict";
import { join } from "node:path";

import { checkDataFolder } from "../../../src/app/check.js";
import { damageWhere } from "../../support/damage.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { hasReason } from "../../support/errors.js";
import { openInlineEngine } from "../../support/inline-engine.js";
import { createNotes, putAll } from "../../support/notes.js";
import { seededDocuments } from "../../support/seeded-corpus.js";

const dim = 16;
const marked = { text: "zxmarkzx of this document" };
const documents = seededDocuments({ seed: 101, count: 40, dim }).map((document, i) =>
  i === 7 ? { ...document, ...marked, key: "marked" } : document,
);

describe("checkDataFolder", () => {
  const folder = useTemporaryFolder();

  async function write(): Promise<void> {
    const engine = await openInlineEngine(folder(), { flushBytes: 500 });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    await engine.close();
  }

  it("reads every value of a sound folder", async () => {
    await write();
    const names: string[] = [];
    const report = await checkDataFolder(folder(), {
      onCollection: ({ name }) => names.push(name),
    });
    assert.deepEqual(names, ["notes"]);
    assert.equal(report.isSound, true);
    assert.ok(report.collections[0]!.valueCount > documents.length);
  });

  it("names what is damaged", async () => {
    await write();
    damageWhere(folder(), Buffer.from("zxmarkzx of"));
    const report = await checkDataFolder(folder());
    assert.equal(report.isSound, false);
    const { damages } = report.collections[0]!;
    assert.equal(damages.length, 1);
    assert.match(damages[0]!, /document "marked" is damaged/);
  });

  it("leaves a folder alone that a server holds, and makes none where there is none", async () => {
    const engine = await openInlineEngine(folder());
    await assert.rejects(checkDataFolder(folder()), hasReason("DATA_FOLDER_LOCKED"));
    await engine.close();
    const nowhere = checkDataFolder(join(folder(), "nowhere"));
    await assert.rejects(nowhere, hasReason("INVALID_CONFIG", /no data folder/));
  });
});
