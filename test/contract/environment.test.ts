// Several handles on one environment, as the threads of a server have them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { openLmdbStore } from "../../src/store/lmdb-store.js";
import { createMapTurn } from "../../src/store/map-turn.js";
import type { OpenHandlesData } from "../support/open-handles.worker.js";
import { emptyManifest, journalPassage } from "../support/stored-values.js";
import { withTemporaryFolder } from "../support/temporary-folder.js";

const opener = new URL("../support/open-handles.worker.js", import.meta.url);

/** So far below 0 that the thread's last count does not lift it there. */
const stopped = -1_000_000;

describe("an environment", () => {
  it("loses nothing when a thread opens it while commits make its file longer", () =>
    withTemporaryFolder(async (folder) => {
      const store = openLmdbStore(folder);
      const written = (sequence: number): Uint8Array => new Uint8Array(50_000).fill(sequence);
      const commit = (sequence: number): Promise<void> => {
        const passage = journalPassage(`d${sequence}`, written(sequence));
        const journalPuts = new Map([[sequence, passage]]);
        return store.commit({ manifest: emptyManifest, journalPuts });
      };
      await commit(1);
      const opened = new SharedArrayBuffer(4);
      const count = new Int32Array(opened);
      const workerData: OpenHandlesData = { folder, turn: createMapTurn(), opened };
      const thread = new Worker(opener, { workerData });
      const ended = once(thread, "exit");
      let last = 1;
      try {
        while (Atomics.load(count, 0) < 2000) await commit((last += 1));
      } finally {
        Atomics.store(count, 0, stopped);
        await ended;
      }
      const found = [...store.journal()];
      assert.equal(found.length, last);
      for (const [sequence, { codes }] of found)
        assert.equal(Buffer.compare(codes, written(sequence)), 0, `passage ${sequence}`);
      assert.deepEqual(store.check().damages, []);
      await store.close();
    }));
});
