import assert from "node:assert/strict";
import { getEventListeners } from "node:events";

import type { Clock } from "../../../src/core/clock.js";
import { createSoftDeadline } from "../../../src/core/soft-deadline.js";
import { createUpdateGate } from "../../../src/search/update-gate.js";
import type { Outcome, UpdateGate } from "../../../src/search/update-gate.js";
import { createDeferred, settle, useFakeTime } from "../../support/fake-time.js";

/** A draft is "ranking/version": the ranking is what a client would see change. */
type Draft = string;

describe("createUpdateGate", () => {
  describe("with time moved by hand", () => {
    const time = useFakeTime();

    it("sends the first draft at once and the next one after the interval", async () => {
      const { gate, wait } = open(time.clock, { minIntervalMs: 25 });
      const work = createDeferred<string>();
      const seen = wait(work.promise);
      gate.offer("a/1");
      await time.advance(0);
      // The wait began before the offer: an offer comes from the stage between two waits.
      assert.deepEqual(seen.drafts, []);
      work.resolve("first");
      await settle();
      const next = createDeferred<string>();
      const later = wait(next.promise);
      await settle();
      assert.deepEqual(later.drafts, ["a/1"]);
      next.resolve("second");
      await settle();

      gate.offer("b/1");
      const last = createDeferred<string>();
      const third = wait(last.promise);
      await time.advance(24);
      assert.deepEqual(third.drafts, []);
      await time.advance(1);
      assert.deepEqual(third.drafts, ["b/1"]);
      last.resolve("third");
      assert.deepEqual(await third.ended, { kind: "done", value: "third" });
    });

    it("hands on the work's value without waiting for a draft that is not due", async () => {
      const { gate, wait } = open(time.clock, { minIntervalMs: 25 });
      gate.offer("a/1");
      await wait(Promise.resolve("one")).ended;
      gate.offer("b/1");
      const seen = wait(Promise.resolve("two"));
      assert.deepEqual(await seen.ended, { kind: "done", value: "two" });
      assert.deepEqual(seen.drafts, []);
    });

    it("does not send a ranking that is the one it sent last", async () => {
      const { gate, wait } = open(time.clock, { minIntervalMs: 25 });
      gate.offer("a/1");
      await wait(Promise.resolve("one")).ended;
      gate.offer("a/2");
      const seen = wait(new Promise<string>(() => undefined));
      await time.advance(1000);
      assert.deepEqual(seen.drafts, []);
    });

    it("sends only the newest of the drafts that pile up", async () => {
      const { gate, wait } = open(time.clock, { minIntervalMs: 25 });
      gate.offer("a/1");
      await wait(Promise.resolve("one")).ended;
      for (const draft of ["b/1", "c/1", "d/1"]) gate.offer(draft);
      const seen = wait(new Promise<string>(() => undefined));
      await time.advance(100);
      assert.deepEqual(seen.drafts, ["d/1"]);
    });

    it("sends nothing when the newest draft is back at what was sent", async () => {
      const { gate, wait } = open(time.clock, { minIntervalMs: 25 });
      gate.offer("a/1");
      await wait(Promise.resolve("one")).ended;
      gate.offer("b/1");
      gate.offer("a/2");
      const seen = wait(new Promise<string>(() => undefined));
      await time.advance(100);
      assert.deepEqual(seen.drafts, []);
    });

    it("sends every change at once without an interval", async () => {
      const { gate, wait } = open(time.clock, { minIntervalMs: 0 });
      const drafts: Draft[] = [];
      for (const draft of ["a/1", "b/1", "a/2"]) {
        gate.offer(draft);
        const seen = wait(Promise.resolve("done"));
        await seen.ended;
        drafts.push(...seen.drafts);
      }
      assert.deepEqual(drafts, ["a/1", "b/1", "a/2"]);
    });

    it("ends late when the soft deadline passes first, after what was due before it", async () => {
      const { gate, wait } = open(time.clock, { minIntervalMs: 25, budgetMs: 100 });
      gate.offer("a/1");
      const seen = wait(new Promise<string>(() => undefined));
      await time.advance(99);
      assert.deepEqual(seen.drafts, ["a/1"]);
      assert.equal(seen.outcome(), undefined);
      await time.advance(1);
      assert.deepEqual(seen.outcome(), { kind: "late" });
    });

    it("ends late at once when the deadline has passed already", async () => {
      const { wait } = open(time.clock, { minIntervalMs: 25, budgetMs: 10 });
      await time.advance(10);
      assert.deepEqual(await wait(Promise.resolve("done")).ended, { kind: "late" });
    });

    it("throws the signal's reason when the caller goes away while it waits", async () => {
      const { controller, wait } = open(time.clock, { minIntervalMs: 25, budgetMs: 50 });
      const seen = wait(new Promise<string>(() => undefined));
      await settle();
      const gone = new Error("the caller went away");
      controller.abort(gone);
      await assert.rejects(seen.ended, gone);
    });

    it("throws when the caller has gone before", async () => {
      const { controller, wait } = open(time.clock, { minIntervalMs: 25 });
      const gone = new Error("the caller went away");
      controller.abort(gone);
      await assert.rejects(wait(Promise.resolve("done")).ended, gone);
    });

    it("throws what the work throws", async () => {
      const { wait } = open(time.clock, { minIntervalMs: 25 });
      const failed = new Error("the work failed");
      await assert.rejects(wait(Promise.reject(failed)).ended, failed);
    });
  });

  describe("with real timers", () => {
    it("leaves no timer and no listener behind, however a wait ends", async () => {
      const timersBefore = await timerCount();
      for (const end of ["done", "failed", "aborted", "late", "left"] as const) {
        const budgetMs = end === "late" ? 1 : 3_600_000;
        const clock = (): number => performance.now();
        const { gate, controller, wait } = open(clock, { minIntervalMs: 3_600_000, budgetMs });
        gate.offer("a/1");
        const first = createDeferred<string>();
        const seen = wait(first.promise);
        await settle();
        gate.offer("b/1");
        if (end === "done") first.resolve("value");
        if (end === "failed") first.reject(new Error("failed"));
        if (end === "aborted") controller.abort(new Error("aborted"));
        if (end === "left") first.resolve("value");
        await seen.ended.catch(() => undefined);
        assert.equal(getEventListeners(controller.signal, "abort").length, 0, end);
      }
      assert.equal(await timerCount(), timersBefore);
    });

    it("leaves none when its reader leaves at a draft", async () => {
      const timersBefore = await timerCount();
      const { gate, controller } = open(() => performance.now(), { minIntervalMs: 1000 });
      gate.offer("a/1");
      for await (const due of gate.waitFor(new Promise(() => undefined))) {
        assert.equal(due.draft, "a/1");
        break;
      }
      assert.equal(getEventListeners(controller.signal, "abort").length, 0);
      assert.equal(await timerCount(), timersBefore);
    });
  });
});

interface Seen {
  readonly drafts: Draft[];
  readonly ended: Promise<Outcome<string>>;
  outcome(): Outcome<string> | undefined;
}

interface Opened {
  readonly gate: UpdateGate<Draft>;
  readonly controller: AbortController;
  wait(work: Promise<string>): Seen;
}

function open(
  clock: Clock,
  { minIntervalMs, budgetMs }: { minIntervalMs: number; budgetMs?: number },
): Opened {
  const controller = new AbortController();
  const gate = createUpdateGate<Draft>({
    clock,
    minIntervalMs,
    deadline: createSoftDeadline(clock, { budgetMs, deadlineMs: undefined }),
    signal: controller.signal,
    fingerprint: (draft) => draft.split("/")[0] ?? "",
  });
  const wait = (work: Promise<string>): Seen => {
    const drafts: Draft[] = [];
    let outcome: Outcome<string> | undefined;
    const run = async (): Promise<Outcome<string>> => {
      const waiting = gate.waitFor(work);
      for (;;) {
        const step = await waiting.next();
        if (step.done === true) return (outcome = step.value);
        drafts.push(step.value.draft);
      }
    };
    const ended = run();
    ended.catch(() => undefined);
    return { drafts, ended, outcome: () => outcome };
  };
  return { gate, controller, wait };
}

/** Timers at work; the runner of the tests starts one of its own when a test first waits. */
async function timerCount(): Promise<number> {
  await settle();
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
