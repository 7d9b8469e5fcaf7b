// The last step of a stream: the transport's pace, and what it costs when it stalls or breaks.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";

import { sendUpdates } from "../../../src/search/send-updates.js";
import type { SendOptions } from "../../../src/search/send-updates.js";
import type { SearchUpdate } from "../../../src/contract/search-update.js";
import { update, updates } from "../../support/edge-engine.js";
import { settle } from "../../support/fake-time.js";

const { signal } = new AbortController();

describe("sendUpdates", () => {
  it("asks for the next update when the transport has taken the last one", async () => {
    const asked: number[] = [];
    async function* stream(): AsyncGenerator<SearchUpdate, void, void> {
      for (const sequence of [1, 2, 3]) {
        await Promise.resolve();
        asked.push(sequence);
        yield update({ sequence, final: sequence === 3 });
      }
    }
    const held: (() => void)[] = [];
    const sent: number[] = [];
    const ended = sendUpdates(stream(), {
      ...options,
      send: ({ sequence }, done) => {
        sent.push(sequence);
        held.push(() => done());
        assert.equal(held.length, 1, "one update is in flight at most");
      },
    });
    for (const sequence of [1, 2, 3]) {
      await settle();
      assert.equal(asked.at(-1), sequence);
      assert.equal(sent.at(-1), sequence);
      held.shift()?.();
    }
    await ended;
    assert.deepEqual(sent, [1, 2, 3]);
  });

  it("gives up on a reader that takes nothing", async () => {
    const stalled = sendUpdates(updates([update({ final: true })]), {
      ...options,
      stallMs: 1,
      send: () => undefined,
    });
    await assert.rejects(stalled, { reason: "DEADLINE_EXCEEDED" });
  });

  it("passes on what breaks the transport", async () => {
    const broken = sendUpdates(updates([update({ final: true })]), {
      ...options,
      send: (_, done) => done(new Error("reset")),
    });
    await assert.rejects(broken, /reset/);
  });

  it("ends the stream when the caller leaves while the transport holds an update", async () => {
    const controller = new AbortController();
    let isReleased = false;
    async function* stream(): AsyncGenerator<SearchUpdate, void, void> {
      try {
        await Promise.resolve();
        yield update();
        yield update({ final: true });
      } finally {
        isReleased = true;
      }
    }
    const ended = sendUpdates(stream(), {
      ...options,
      signal: controller.signal,
      send: () => undefined,
    });
    await settle();
    controller.abort();
    await ended;
    assert.ok(isReleased);
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  });
});

const options: SendOptions<SearchUpdate> = {
  signal,
  stallMs: 60_000,
  send: (_, done) => done(),
};
