// The last step of a stream: what a slow reader gets, and what it costs.

import type { SearchUpdate } from "../../../src/contract/search-update.js";
import assert from "node:assert/strict";
import fc from "fast-check";
import { createUpdateOutlet, searchUpdates } from "../../../src/search/update-outlet.js";
import { hit, update } from "../../support/edge-engine.js";

describe("update outlet", () => {
  it("gives a reader of any pace numbered updates in order, newest first to go, final always", () => {
    const reads = fc.array(fc.boolean(), { maxLength: 60 });
    fc.assert(
      fc.property(reads, (steps) => {
        const transport = heldTransport();
        const outlet = createUpdateOutlet({
          send: transport.send,
          kind: searchUpdates("every_update"),
          stallMs: 60_000,
        });
        let offered = 0;
        for (const isRead of steps) {
          if (isRead) transport.take();
          else outlet.offer(update({ generation: (offered += 1) }));
          assert.ok(transport.heldCount() <= 1, "one update is on its way at most");
        }
        outlet.offer(update({ final: true, generation: offered + 1 }));
        while (transport.take());
        const { sent } = transport;
        assert.deepEqual(
          sent.map((one) => one.sequence),
          sent.map((_, i) => i + 1),
        );
        const order = sent.map((one) => one.generation);
        assert.deepEqual(
          order,
          [...order].sort((a, b) => a - b),
        );
        assert.equal(sent.filter((one) => one.final).length, 1);
        assert.equal(sent.at(-1)?.final, true);
      }),
    );
  });

  it("sends a payload with the first update that reaches the reader, not with one it missed", () => {
    const transport = heldTransport();
    const outlet = createUpdateOutlet({
      send: transport.send,
      kind: searchUpdates("on_first_appearance"),
      stallMs: 60_000,
    });
    const withText = (key: string): ReturnType<typeof hit> => hit(key, { payload: { text: key } });
    outlet.offer(update({ hits: [withText("a")] }));
    outlet.offer(update({ hits: [withText("a"), withText("b")] }));
    outlet.offer(update({ hits: [withText("c"), withText("a")] }));
    transport.take();
    outlet.offer(update({ final: true, hits: [withText("b"), withText("c"), withText("a")] }));
    while (transport.take());
    const texts = transport.sent.map((one) => one.hits.map((found) => found.payload?.text));
    assert.deepEqual(texts, [["a"], ["c", undefined], ["b", undefined, undefined]]);
  });

  it("gives up on a reader that takes nothing", async () => {
    const transport = heldTransport();
    const outlet = createUpdateOutlet({
      send: transport.send,
      kind: searchUpdates("every_update"),
      stallMs: 1,
    });
    outlet.offer(update({ final: true }));
    await assert.rejects(outlet.finished(), { reason: "DEADLINE_EXCEEDED" });
  });

  it("passes on what breaks the transport", async () => {
    const outlet = createUpdateOutlet({
      send: (_, done) => done(new Error("reset")),
      kind: searchUpdates("every_update"),
      stallMs: 60_000,
    });
    outlet.offer(update({ final: true }));
    await assert.rejects(outlet.finished(), /reset/);
  });
});

/** A transport that holds each update until `take` says that the reader took it. */
function heldTransport(): {
  readonly sent: SearchUpdate[];
  readonly send: (update: SearchUpdate, done: (error?: Error | null) => void) => void;
  readonly take: () => boolean;
  readonly heldCount: () => number;
} {
  const sent: SearchUpdate[] = [];
  const held: (() => void)[] = [];
  return {
    sent,
    send: (one, done) => {
      sent.push(one);
      held.push(() => done());
    },
    take: () => {
      const next = held.shift();
      next?.();
      return next !== undefined;
    },
    heldCount: () => held.length,
  };
}
