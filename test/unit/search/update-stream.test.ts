// One stream of updates: when drafts are due, what a reader of any pace gets, and how it ends.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";

import fc from "fast-check";

import type { Clock } from "../../../src/core/clock.js";
import { createSoftDeadline } from "../../../src/core/soft-deadline.js";
import { createUpdateSink, streamUpdates } from "../../../src/search/update-stream.js";
import type { Outcome, UpdateSink } from "../../../src/search/update-stream.js";
import { createDeferred, settle, useFakeTime } from "../../support/fake-time.js";

/** The ranking is what a reader would see change. */
interface Draft {
  readonly ranking: string;
  readonly version: number;
}

interface Update {
  readonly final: boolean;
  readonly name: string;
}

/** "a/1" is ranking a in version 1. */
function draft(name: string): Draft {
  const [ranking = "", version] = name.split("/");
  return { ranking, version: Number(version) };
}

describe("a stream of updates", () => {
  describe("with time moved by hand", () => {
    const time = useFakeTime();

    it("sends the first draft at once and the next one after the interval", async () => {
      const { sink, sent } = open(time.clock, { minIntervalMs: 25 });
      const work = createDeferred<string>();
      const first = sink.waitFor(work.promise);
      sink.offer(draft("a/1"));
      await time.advance(0);
      // The wait began before the offer: an offer comes from the stage between two waits.
      assert.deepEqual(sent, []);
      work.resolve("first");
      await first;
      const next = createDeferred<string>();
      const second = sink.waitFor(next.promise);
      await settle();
      assert.deepEqual(sent, ["a/1"]);
      next.resolve("second");
      await second;

      sink.offer(draft("b/1"));
      const last = createDeferred<string>();
      const third = sink.waitFor(last.promise);
      await time.advance(24);
      assert.deepEqual(sent, ["a/1"]);
      await time.advance(1);
      assert.deepEqual(sent, ["a/1", "b/1"]);
      last.resolve("third");
      assert.deepEqual(await third, { kind: "done", value: "third" });
    });

    it("hands on the work's value without waiting for a draft that is not due", async () => {
      const { sink, sent } = open(time.clock, { minIntervalMs: 25 });
      sink.offer(draft("a/1"));
      await sink.waitFor(settled("one"));
      sink.offer(draft("b/1"));
      assert.deepEqual(await sink.waitFor(settled("two")), { kind: "done", value: "two" });
      assert.deepEqual(sent, ["a/1"]);
    });

    it("does not send a ranking that is the one it sent last", async () => {
      const { sink, sent } = open(time.clock, { minIntervalMs: 25 });
      sink.offer(draft("a/1"));
      await sink.waitFor(settled("one"));
      sink.offer(draft("a/2"));
      waitForEver(sink);
      await time.advance(1000);
      assert.deepEqual(sent, ["a/1"]);
    });

    it("sends only the newest of the drafts that pile up", async () => {
      const { sink, sent } = open(time.clock, { minIntervalMs: 25 });
      sink.offer(draft("a/1"));
      await sink.waitFor(settled("one"));
      for (const name of ["b/1", "c/1", "d/1"]) sink.offer(draft(name));
      waitForEver(sink);
      await time.advance(100);
      assert.deepEqual(sent, ["a/1", "d/1"]);
    });

    it("sends nothing when the newest draft is back at what was sent", async () => {
      const { sink, sent } = open(time.clock, { minIntervalMs: 25 });
      sink.offer(draft("a/1"));
      await sink.waitFor(settled("one"));
      sink.offer(draft("b/1"));
      sink.offer(draft("a/2"));
      waitForEver(sink);
      await time.advance(100);
      assert.deepEqual(sent, ["a/1"]);
    });

    it("sends every change at once without an interval", async () => {
      const { sink, sent } = open(time.clock, { minIntervalMs: 0 });
      for (const name of ["a/1", "b/1", "a/2"]) {
        sink.offer(draft(name));
        await sink.waitFor(settled("done"));
      }
      assert.deepEqual(sent, ["a/1", "b/1", "a/2"]);
    });

    it("gives what waits when the reader comes, the newest of it, and makes no other", async () => {
      const { sink, sent, made, reader } = open(time.clock, { minIntervalMs: 0, isHeld: true });
      sink.offer(draft("a/1"));
      await sink.waitFor(settled("one"));
      assert.deepEqual(sent, ["a/1"]);
      for (const name of ["b/1", "c/1"]) {
        sink.offer(draft(name));
        await sink.waitFor(settled("two"));
      }
      waitForEver(sink);
      await time.advance(1000);
      assert.deepEqual(sent, ["a/1"]);
      reader.take();
      await settle();
      assert.deepEqual(sent, ["a/1", "c/1"]);
      assert.deepEqual(made, sent);
    });

    it("says nothing to a reader that comes back to what it has", async () => {
      const { sink, sent, reader } = open(time.clock, { minIntervalMs: 0, isHeld: true });
      sink.offer(draft("a/1"));
      await sink.waitFor(settled("one"));
      for (const name of ["b/1", "a/2"]) {
        sink.offer(draft(name));
        await sink.waitFor(settled("two"));
      }
      reader.take();
      waitForEver(sink);
      await time.advance(1000);
      assert.deepEqual(sent, ["a/1"]);
    });

    it("ends late when the soft deadline passes first, after what was due before it", async () => {
      const { sink, sent } = open(time.clock, { minIntervalMs: 25, budgetMs: 100 });
      sink.offer(draft("a/1"));
      let outcome: Outcome<string> | undefined;
      const waiting = sink.waitFor(new Promise<string>(() => undefined));
      const noted = waiting.then((ended) => (outcome = ended));
      await time.advance(99);
      assert.deepEqual(sent, ["a/1"]);
      assert.equal(outcome, undefined);
      await time.advance(1);
      assert.deepEqual(await noted, { kind: "late" });
    });

    it("ends late at once when the deadline has passed already", async () => {
      const { sink } = open(time.clock, { minIntervalMs: 25, budgetMs: 10 });
      await time.advance(10);
      assert.deepEqual(await sink.waitFor(Promise.resolve("done")), { kind: "late" });
    });

    it("throws the signal's reason when the caller goes away while it waits", async () => {
      const { sink, controller } = open(time.clock, { minIntervalMs: 25, budgetMs: 50 });
      const waiting = sink.waitFor(new Promise<string>(() => undefined));
      await settle();
      const gone = new Error("the caller went away");
      controller.abort(gone);
      await assert.rejects(waiting, gone);
    });

    it("throws when the caller has gone before", async () => {
      const { sink, controller } = open(time.clock, { minIntervalMs: 25 });
      const gone = new Error("the caller went away");
      controller.abort(gone);
      await assert.rejects(sink.waitFor(Promise.resolve("done")), gone);
    });

    it("throws what the work throws", async () => {
      const { sink } = open(time.clock, { minIntervalMs: 25 });
      const failed = new Error("the work failed");
      await assert.rejects(sink.waitFor(Promise.reject(failed)), failed);
    });
  });

  describe("with real timers", () => {
    it("leaves no timer and no listener behind, however a wait ends", async () => {
      const timersBefore = await timerCount();
      for (const end of ["done", "failed", "aborted", "late"] as const) {
        const budgetMs = end === "late" ? 1 : 3_600_000;
        const clock = (): number => performance.now();
        const { sink, controller } = open(clock, { minIntervalMs: 3_600_000, budgetMs });
        sink.offer(draft("a/1"));
        const work = createDeferred<string>();
        const waiting = sink.waitFor(work.promise);
        await settle();
        sink.offer(draft("b/1"));
        if (end === "done") work.resolve("value");
        if (end === "failed") work.reject(new Error("failed"));
        if (end === "aborted") controller.abort(new Error("aborted"));
        await waiting.catch(() => undefined);
        assert.equal(getEventListeners(controller.signal, "abort").length, 0, end);
      }
      assert.equal(await timerCount(), timersBefore);
    });

    it("leaves none when its reader leaves at an update, and the pipeline ends first", async () => {
      const timersBefore = await timerCount();
      const controller = new AbortController();
      let hasEnded = false;
      const stream = streamUpdates<Update>(controller.signal, async (handover, signal) => {
        const sink = createUpdateSink<Draft, Update>(handover, {
          ...sinkOptions(() => performance.now(), { minIntervalMs: 1000 }),
          signal,
        });
        sink.offer(draft("a/1"));
        try {
          await sink.waitFor(new Promise(() => undefined));
        } finally {
          hasEnded = true;
        }
        return { final: true, name: "" };
      });
      for await (const { name } of stream) {
        assert.equal(name, "a/1");
        break;
      }
      assert.ok(hasEnded);
      assert.equal(getEventListeners(controller.signal, "abort").length, 0);
      assert.equal(await timerCount(), timersBefore);
    });

    it("gives a reader of any pace numbered updates in order, and the final one always", async () => {
      const paces = fc.array(fc.nat(3), { maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(paces, paces, async (working, reading) => {
          const stream = streamUpdates<Update>(new AbortController().signal, async (handover) => {
            const sink = createUpdateSink<Draft, Update>(
              handover,
              sinkOptions(() => performance.now(), { minIntervalMs: 0 }),
            );
            for (const [i, turns] of working.entries()) {
              sink.offer(draft(`r${i}/${i}`));
              await sink.waitFor(afterTurns(turns));
            }
            return { final: true, name: `r/${working.length}` };
          });
          const sent: (Update & { readonly sequence: number })[] = [];
          for await (const update of stream) {
            await afterTurns(reading[sent.push(update) - 1] ?? 0);
          }
          assert.deepEqual(
            sent.map(({ sequence }) => sequence),
            sent.map((_, i) => i + 1),
          );
          const order = sent.map(({ name }) => Number(name.split("/")[1]));
          assert.deepEqual(
            order,
            [...order].sort((a, b) => a - b),
          );
          assert.equal(sent.filter(({ final }) => final).length, 1);
          assert.equal(sent.at(-1)?.final, true);
        }),
        { numRuns: 30 },
      );
    });
  });
});

interface Opened {
  readonly sink: UpdateSink<Draft>;
  readonly controller: AbortController;
  /** Drafts that were made into updates, and those that the reader got. */
  readonly made: readonly string[];
  readonly sent: readonly string[];
  readonly reader: { readonly take: () => void };
}

/** With `isHeld` the reader is ready for the first update, and for others when `take` is called. */
function open(
  clock: Clock,
  { isHeld = false, ...timing }: Timing & { readonly isHeld?: boolean },
): Opened {
  const controller = new AbortController();
  const made: string[] = [];
  const sent: string[] = [];
  let isWanted = true;
  const handover = {
    isWanted: () => isWanted,
    give({ name }: Update) {
      isWanted = !isHeld;
      sent.push(name);
    },
    onWanted: undefined as (() => void) | undefined,
  };
  const options = sinkOptions(clock, timing, made);
  const sink = createUpdateSink<Draft, Update>(handover, { ...options, signal: controller.signal });
  const take = (): void => {
    isWanted = true;
    handover.onWanted?.();
  };
  return { sink, controller, made, sent, reader: { take } };
}

interface Timing {
  readonly minIntervalMs: number;
  readonly budgetMs?: number | undefined;
}

function sinkOptions(
  clock: Clock,
  { minIntervalMs, budgetMs }: Timing,
  made: string[] = [],
): Parameters<typeof createUpdateSink<Draft, Update>>[1] {
  return {
    clock,
    minIntervalMs,
    deadline: createSoftDeadline(clock, { budgetMs, deadlineMs: undefined }),
    signal: new AbortController().signal,
    print: ({ ranking }) => ranking,
    toUpdate: ({ ranking, version }) => {
      const name = `${ranking}/${version}`;
      made.push(name);
      return { final: false, name };
    },
  };
}

function waitForEver(sink: UpdateSink<Draft>): void {
  sink.waitFor(new Promise(() => undefined)).catch(() => undefined);
}

/** Work that is still in flight when the wait begins. */
async function settled(value: string): Promise<string> {
  await settle();
  return value;
}

async function afterTurns(count: number): Promise<string> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return "done";
}

/** Timers at work; the runner of the tests starts one of its own when a test first waits. */
async function timerCount(): Promise<number> {
  await settle();
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
