// Feedback that is damaged on disk is named by a check and forgotten by a repair.

import assert from "node:assert/strict";

import { inspect } from "../../src/engine/inspect.js";
import type { Feedback } from "../../src/core/feedback.js";
import { changeDatabase, onlyCollectionFolder } from "../support/damage.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";

const told = {
  queryText: "q",
  key: "k",
  rank: 1,
  kind: "click",
  dwellMs: 0,
  generation: 0,
} as const;
const event = (eventId: string): Feedback => ({ ...told, eventId });
const page = { pageSize: 2, afterSequence: 0, sinceMs: 0 };

describe("recorded feedback", () => {
  const folder = useTemporaryFolder();

  async function withNotes(use: (engine: InlineEngine) => Promise<void>): Promise<void> {
    const engine = await openInlineEngine(folder());
    try {
      await use(engine);
    } finally {
      await engine.close();
    }
  }

  it("that is damaged is named by a check and forgotten by a repair", async () => {
    await withNotes(async ({ api }) => {
      await api.createCollection({ name: "notes", dim: 16, ifNotExists: false });
      for (const id of ["a", "b", "c"]) await api.sendFeedback("notes", event(id));
      const { events, nextAfterSequence } = await api.listFeedback("notes", page);
      assert.deepEqual([events.length, nextAfterSequence], [2, 2]);
    });
    const flip = (value: Buffer): Buffer => {
      const copy = Buffer.from(value);
      copy[copy.length - 1]! ^= 1;
      return copy;
    };
    await changeDatabase(folder(), "feedback", (database) => {
      database.putSync(2, flip(database.getBinary(2)!));
    });
    await changeDatabase(folder(), "feedbackIds", (database) => {
      database.putSync("c", flip(database.getBinary("c")!));
    });
    const collection = onlyCollectionFolder(folder());
    const { damages } = await inspect(collection);
    assert.equal(damages.length, 2);
    assert.match(damages[0]!, /feedback event 2 is damaged/);
    assert.match(damages[1]!, /feedback event id "c" is damaged/);
    await inspect(collection, "repair");
    assert.deepEqual((await inspect(collection)).damages, []);
    await withNotes(async ({ api }) => {
      const { events } = await api.listFeedback("notes", page);
      assert.deepEqual(
        events.map(({ sequence }) => sequence),
        [1, 3],
      );
    });
  });
});
