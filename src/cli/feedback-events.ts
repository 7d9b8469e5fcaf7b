// The recorded feedback of a collection, read to its end.

import type { SluiceClient } from "../client/client.js";
import type { RecordedFeedback } from "../core/feedback.js";

/** All of them: some hundred bytes an event, and the server bounds their number. */
export async function readEvents(
  client: SluiceClient,
  collection: string,
  call: { readonly signal: AbortSignal; readonly sinceMs?: number | undefined },
): Promise<RecordedFeedback[]> {
  const events: RecordedFeedback[] = [];
  for await (const event of client.feedback(collection, call)) events.push(event);
  return events;
}
