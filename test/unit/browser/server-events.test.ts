// Server-Sent Events, however the body is cut into pieces.

import assert from "node:assert/strict";
import fc from "fast-check";
import { serverEvents } from "../../../src/browser/server-events.js";
import type { ReceivedEvent } from "../../../src/browser/server-events.js";

async function eventsOf(pieces: readonly Uint8Array[]): Promise<ReceivedEvent[]> {
  const found: ReceivedEvent[] = [];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  for await (const event of serverEvents(body)) found.push(event);
  return found;
}

describe("serverEvents", () => {
  it("gives the events of a body, wherever it is cut", async () => {
    const event = fc.record(
      {
        event: fc.constantFrom("update", "final", "message"),
        data: fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n]/.test(text)),
      },
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(event),
        fc.constantFrom("\n", "\r\n"),
        fc.integer({ min: 1, max: 9 }),
        async (events, end, size) => {
          const text = events
            .map(({ event: name, data }) =>
              [": idle", "id: 1", `event: ${name}`, `data: ${data}`, "", ""].join(end),
            )
            .join("");
          const bytes = new TextEncoder().encode(text);
          const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
          );
          assert.deepEqual(await eventsOf(pieces), events);
        },
      ),
    );
  });

  it("does not give an event that the end cuts off", async () => {
    const bytes = new TextEncoder().encode("data: a\ndata: b\n\ndata: half\n");
    assert.deepEqual(await eventsOf([bytes]), [{ event: "message", data: "a\nb" }]);
  });
});
