// Threads that do not answer: their tasks end all the same, and when they answer late all is well again.

import assert from "node:assert/strict";

import { createTaskWatch } from "../../../src/core/task-watch.js";
import { createPoolScorer } from "../../../src/scoring/pool-scorer.js";
import { eventually } from "../../support/eventually.js";

describe("a thread that does not answer", () => {
  it("ends what waits for it with THREAD_STUCK, and is told until it answers", async () => {
    const mayAnswer = new SharedArrayBuffer(4);
    const told: [string, number][] = [];
    const watch = createTaskWatch({
      stepMs: 20,
      onStuck: (pool, count) => told.push([pool, count]),
    });
    const scorer = createPoolScorer({
      workerUrl: new URL("../../support/hung.worker.js", import.meta.url),
      workerCount: 1,
      retireChannel: `sluice-test-stuck-${process.pid}`,
      watch,
      answerMsMax: 200,
      workerData: { mayAnswer },
    });
    const task = (): Promise<unknown> =>
      scorer.lexical({
        kind: "lexical",
        parts: [],
        range: { from: 0, to: 0 },
        topCount: 1,
        cancel: new SharedArrayBuffer(4),
        bm25: {
          query: { clauses: [], phrases: [], quorums: [] },
          liveTermIds: [],
          totals: { passageCount: 0, lengthTotal: 0 },
        },
        sharedThreshold: new SharedArrayBuffer(4),
      });
    // The second one waits behind the first, which never ends.
    const [running, waiting] = await Promise.allSettled([task(), task()]);
    for (const { reason } of [running, waiting] as PromiseRejectedResult[])
      assert.equal((reason as { reason?: string }).reason, "THREAD_STUCK");
    await scorer.drained();
    assert.deepEqual(told.at(-1), ["scoring", 2]);
    Atomics.store(new Int32Array(mayAnswer), 0, 1);
    Atomics.notify(new Int32Array(mayAnswer), 0);
    await eventually(() => assert.deepEqual(told.at(-1), ["scoring", 0]));
    await scorer.close();
    watch.close();
  });
});
