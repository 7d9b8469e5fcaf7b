// The feedback of a collection in its store: appended, read in order, the oldest dropped.

import type { Feedback, RecordedFeedback } from "../core/feedback.js";
import type { Databases } from "./databases.js";
import { packFeedback, packFeedbackId, unpackFeedback } from "./feedback-record.js";
import { toCommitError } from "./store-errors.js";

export interface FeedbackAppend {
  readonly event: Feedback;
  /** Milliseconds since 1970 UTC. */
  readonly timeMs: number;
  /** Events that are kept; the oldest are dropped beyond it. At least 1. */
  readonly eventsMax: number;
}

/**
 * Resolves when it is on disk; false: an event of its id is kept already, and nothing was written.
 * Rejects with DISK_FULL or STORAGE_FAILED. A smaller `eventsMax` than before is reached by steps.
 */
export async function appendFeedback(
  databases: Databases,
  folder: string,
  { event, timeMs, eventsMax }: FeedbackAppend,
): Promise<boolean> {
  const { root, feedback, feedbackIds } = databases;
  const { eventId } = event;
  let isNew = true;
  try {
    await root.childTransaction(() => {
      if (eventId !== "" && feedbackIds.doesExist(eventId)) {
        isNew = false;
        return;
      }
      const sequence = 1 + (firstKey(feedback.getKeys({ reverse: true, limit: 1 })) ?? 0);
      feedback.putSync(sequence, packFeedback({ ...event, sequence, timeMs }));
      if (eventId !== "") feedbackIds.putSync(eventId, packFeedbackId(eventId, sequence));
      dropOldest(databases, sequence - eventsMax);
    });
  } catch (error) {
    throw await toCommitError(error, folder);
  }
  return isNew;
}

/** By rising sequence, after `afterSequence`. Throws DATA_CORRUPT at a damaged event. */
export function* readFeedback(
  { feedback }: Databases,
  afterSequence: number,
): Generator<RecordedFeedback, void, void> {
  for (const { key, value } of feedback.getRange({ start: afterSequence + 1 }))
    yield unpackFeedback(value, key);
}

/** Events of one append: few enough that it stays short. */
const droppedMax = 16;

function dropOldest({ feedback, feedbackIds }: Databases, lastDropped: number): void {
  if (lastDropped < 1) return;
  const oldest = [...feedback.getKeys({ end: lastDropped + 1, limit: droppedMax })];
  for (const sequence of oldest) {
    const eventId = idOf(feedback.getBinary(sequence), sequence);
    if (eventId !== "") feedbackIds.removeSync(eventId);
    feedback.removeSync(sequence);
  }
}

function idOf(framed: Buffer | undefined, sequence: number): string {
  try {
    return framed === undefined ? "" : unpackFeedback(framed, sequence).eventId;
  } catch {
    // Damaged: its id stays, which only keeps an event of the same id out.
    return "";
  }
}

/**
 * Removes events and ids that are damaged, for a repair. Rejects with DISK_FULL, STORAGE_FAILED.
 */
export async function removeFeedback(
  { root, feedback, feedbackIds }: Databases,
  folder: string,
  removed: { readonly sequences: readonly number[]; readonly eventIds: readonly string[] },
): Promise<void> {
  try {
    await root.childTransaction(() => {
      for (const sequence of removed.sequences) feedback.removeSync(sequence);
      for (const eventId of removed.eventIds) feedbackIds.removeSync(eventId);
    });
  } catch (error) {
    throw await toCommitError(error, folder);
  }
}

function firstKey(keys: Iterable<number>): number | undefined {
  const [first] = [...keys];
  return first;
}
