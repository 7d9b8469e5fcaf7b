// Reads the recorded feedback of a collection.

import type { SluiceClient } from "../client/client.js";
import type { RecordedFeedback } from "../core/feedback.js";

/** All events: about a hundred bytes each, and the server bounds their number. */
export async function readEvents(
  client: SluiceClient,
  collection: string,
  call: { readonly signal: AbortSignal; readonly sinceMs?: number | undefined },
): Promise<RecordedFeedback[]> {
  const events: RecordedFeedback[] = [];
  for await (const event of client.feedback(collection, call)) events.push(event);
  return events;
}
