// Feedback events of a collection: stored, and read page by page.

import type { RecordedFeedback } from "../core/feedback.js";
import { limits } from "../core/limits.js";
import type { CollectionStore } from "../store/store.js";
import type { EngineApi, FeedbackPage, FeedbackPageRequest } from "./api.js";
import type { Collections } from "./collections.js";
import { whileOpen } from "./open-collection.js";

export interface FeedbackParts {
  readonly collections: Collections;
  /** Wall clock: milliseconds since 1970 UTC. */
  readonly nowMs: () => number;
  /** Defaults to limits.feedbackEventsMax. */
  readonly feedbackEventsMax?: number | undefined;
}

/** Events that one page reads at most, so that a late `sinceMs` does not block the event loop. */
const lookedAtMax = 10_000;

export function createFeedback(
  parts: FeedbackParts,
): Pick<EngineApi, "sendFeedback" | "listFeedback"> {
  const { collections, nowMs, feedbackEventsMax: eventsMax = limits.feedbackEventsMax } = parts;
  return {
    sendFeedback: (name, event) =>
      collections.use(name, async (opened) => {
        const { store, generation } = opened.collection;
        const isUnknownKey = generation.documents.readDocument(event.key) === undefined;
        const timeMs = nowMs();
        const isNew = await whileOpen(opened, () =>
          store.appendFeedback({ event, timeMs, eventsMax }),
        );
        return { isRepeated: !isNew, isUnknownKey };
      }),
    listFeedback: (name, page) =>
      collections.use(name, ({ collection }) => pageOf(collection.store, page)),
  };
}

function pageOf(
  store: CollectionStore,
  { pageSize, afterSequence, sinceMs }: FeedbackPageRequest,
): FeedbackPage {
  const events: RecordedFeedback[] = [];
  let [byteCount, lookedAt, last] = [0, 0, afterSequence];
  for (const event of store.feedback(afterSequence)) {
    const isFull = events.length === pageSize || byteCount > limits.pageBytesMax;
    if (isFull || lookedAt === lookedAtMax) return { events, nextAfterSequence: last };
    lookedAt += 1;
    last = event.sequence;
    if (event.timeMs < sinceMs) continue;
    events.push(event);
    byteCount += 3 * (event.queryText.length + event.key.length) + 128;
  }
  return { events };
}
