// How recall is measured, through the engine: beside searches, kept as a whole or not at all.

import assert from "node:assert/strict";

import { inspect } from "../../src/engine/inspect.js";
import { SluiceError } from "../../src/core/errors.js";
import type { RecallStatus } from "../../src/index/collection-settings.js";
import type { Admission, AdmissionRequest } from "../../src/search/admission.js";
import {
  calibrate,
  documents,
  queries,
  recallOf,
  withEngine,
  withMeasured,
  withNotes,
} from "../support/calibrated-notes.js";
import { changeDatabase, onlyCollectionFolder } from "../support/damage.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { finalOf, putAll } from "../support/notes.js";

const [query] = queries;

describe("measuring recall", () => {
  const folder = useTemporaryFolder();

  it("waits while searches are refused, and goes on when there is room", async () => {
    await withNotes(folder(), () => Promise.resolve(), 64);
    let entered = 0;
    const waiting = { high: 0, normal: 0, low: 0 };
    const refused = { queue_full: 0, budget_too_small: 0, expired: 0, event_loop_late: 0 };
    const priorities = new Set<string>();
    const admission: Admission = {
      enter: () => {
        entered += 1;
        if (entered % 2 === 1) throw new SluiceError("OVERLOADED", "full", { retryAfterMs: 1 });
        const turn = ({ priority }: AdmissionRequest): Promise<void> => {
          priorities.add(priority);
          return Promise.resolve();
        };
        return { turn, leave: () => undefined };
      },
      state: () => ({ atWork: 0, atWorkMax: 1, waiting, refused, pressure: 0 }),
    };
    await withEngine(
      folder(),
      async ({ api }) => {
        assert.equal((await calibrate(api, { sampleCount: 10 })).sampleCount, 10);
        assert.equal(entered, 20);
        assert.deepEqual([...priorities], ["low"]);
      },
      { admission },
    );
  });

  it("that is damaged is forgotten by a repair, and searches go on without it", async () => {
    await withMeasured(folder(), () => Promise.resolve());
    await changeDatabase(folder(), "calibrations", (database) => {
      const value = Buffer.from(database.getBinary("recall")!);
      value[value.length - 1]! ^= 1;
      database.putSync("recall", value);
    });
    await withEngine(folder(), async ({ api, collections }) => {
      assert.match(
        collections.opened("notes")!.collection.recallDamage!,
        /measured recall is damaged/,
      );
      assert.equal(recallOf(api), undefined);
      const final = await finalOf(api, query!);
      assert.equal(final.expectedRecall, undefined);
      assert.deepEqual(final.degradations, []);
    });
    const path = onlyCollectionFolder(folder());
    const found = await inspect(path);
    assert.match(found.damages.join(), /^the measured recall is damaged/);
    assert.match(found.repairs!.join(), /^forget the measured recall/);
    assert.deepEqual((await inspect(path, "repair")).repairs, found.repairs);
    assert.deepEqual((await inspect(path)).damages, []);
    await withEngine(folder(), async ({ api }) => {
      assert.equal(api.describeCollection("notes").documentCount, documents.length);
      await calibrate(api, { sampleCount: 10 });
    });
  });

  it("outlives restarts, snapshots and optimizing, until a fifth has changed", async () => {
    await withMeasured(folder(), async ({ api }) => {
      assert.ok((await finalOf(api, query!)).expectedRecall !== undefined);
    });
    let measured: RecallStatus | undefined;
    await withEngine(folder(), async ({ api, collections }) => {
      measured = recallOf(api);
      assert.equal(measured?.passageCount, documents.length);
      assert.equal(measured.isStale, false);
      for await (const { step } of api.snapshot("notes", "kept")) assert.ok(step);
      const { signal } = new AbortController();
      for await (const { step } of api.optimize("notes", { isFull: true, signal })) assert.ok(step);
      // A document of this corpus is one passage.
      await putAll(api, documents.slice(0, 84), 64);
      assert.equal(recallOf(api)?.isStale, false);
      assert.ok((await finalOf(api, query!)).expectedRecall !== undefined);
      await putAll(api, documents.slice(84, 85));
      assert.equal(recallOf(api)?.isStale, true);
      assert.equal((await finalOf(api, query!)).expectedRecall, undefined);
      await assert.rejects(finalOf(api, { ...query!, minRecall: 0.5 }), {
        reason: "NOT_CALIBRATED",
        message: /much of it changed/,
      });
      await api.dropCollection("notes");
      for await (const { step } of api.restore("kept", undefined)) assert.ok(step);
      assert.deepEqual(recallOf(api), measured);
      const { damages } = await inspect(await closedFolder(collections));
      assert.deepEqual(damages, []);
    });
  });

  it("is measured by samples drawn from the passages, the same ones each time", async () => {
    await withNotes(folder(), async ({ api }) => {
      const first = await calibrate(api, { sampleCount: 40 });
      assert.equal(first.areSamplesGiven, false);
      assert.equal(first.sampleCount, 40);
      assert.deepEqual(await calibrate(api, { sampleCount: 40 }), first);
      assert.deepEqual(recallOf(api), first);
      assert.ok((await finalOf(api, query!)).expectedRecall !== undefined);
    });
  });

  it("is what it was when a calibration is cancelled", async () => {
    await withNotes(folder(), async ({ api, collections }) => {
      const { collection, writer, searches } = collections.opened("notes")!;
      const gone = new Error("gone");
      for (const before of [undefined, await calibrate(api, { sampleCount: 10 })]) {
        if (before === undefined) await writer.setRecall(undefined);
        const controller = new AbortController();
        const job = api.calibrate("notes", { samples: queries, signal: controller.signal });
        await assert.rejects(async () => {
          for await (const { done } of job) if (done === 3) controller.abort(gone);
        }, gone);
        assert.deepEqual(recallOf(api), before);
        assert.equal(collection.store.readRecall()?.sampleCount, before?.sampleCount);
        assert.equal(searches.size, 0);
        assert.equal(collection.held.size, 1);
        if (before === undefined) await calibrate(api, { sampleCount: 10 });
      }
      const left = api.calibrate("notes", {
        samples: queries,
        signal: new AbortController().signal,
      });
      await left.next();
      await left.return();
      assert.equal(collection.held.size, 1);
    });
  });

  it("stops being measured when the collection is dropped", async () => {
    await withNotes(folder(), async ({ api }) => {
      const { signal } = new AbortController();
      await assert.rejects(
        async () => {
          for await (const { done } of api.calibrate("notes", { samples: queries, signal }))
            if (done === 2) await api.dropCollection("notes");
        },
        { reason: "COLLECTION_NOT_FOUND" },
      );
    });
  });
});

async function closedFolder(collections: InlineEngine["collections"]): Promise<string> {
  const { store } = collections.opened("notes")!.collection;
  await collections.close();
  return store.folder;
}
