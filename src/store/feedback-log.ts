// The feedback of a collection in its store: appended, read in order, the oldest dropped.

import type { Databases } from "./databases.js";
import { packFeedback, packFeedbackId, unpackFeedback } from "./feedback-record.js";
import { listing } from "./lmdb-reads.js";
import type { Reading } from "./lmdb-reads.js";
import type { FeedbackAppend, FeedbackRecords } from "./store.js";
import { toCommitError } from "./store-errors.js";
import type { WriteGuard } from "./write-guard.js";

export function feedbackRecords(
  databases: Databases,
  { folder, reading, guard }: { folder: string; reading: Reading; guard: WriteGuard },
): FeedbackRecords {
  const { root, feedback, feedbackIds } = databases;
  const write = (change: () => void): Promise<void> =>
    guard.write(async () => {
      try {
        await root.childTransaction(change);
      } catch (error) {
        throw await toCommitError(error, folder);
      }
    });
  return {
    async appendFeedback(append) {
      let isNew = false;
      await write(() => (isNew = appendEvent(databases, append)));
      return isNew;
    },
    removeFeedback: ({ sequences, eventIds }) =>
      write(() => {
        for (const sequence of sequences) feedback.removeSync(sequence);
        for (const eventId of eventIds) feedbackIds.removeSync(eventId);
      }),
    *feedback(afterSequence) {
      const range = reading(() => feedback.getRange({ start: afterSequence + 1 }));
      for (const { key, value } of listing(range, reading)) yield unpackFeedback(value, key);
    },
  };
}

/** Within a transaction. False: an event of its id exists already. */
function appendEvent(databases: Databases, { event, timeMs, eventsMax }: FeedbackAppend): boolean {
  const { feedback, feedbackIds } = databases;
  const { eventId } = event;
  if (eventId !== "" && feedbackIds.doesExist(eventId)) return false;
  const sequence = 1 + (firstKey(feedback.getKeys({ reverse: true, limit: 1 })) ?? 0);
  feedback.putSync(sequence, packFeedback({ ...event, sequence, timeMs }));
  if (eventId !== "") feedbackIds.putSync(eventId, packFeedbackId(eventId, sequence));
  dropOldest(databases, sequence - eventsMax);
  return true;
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

function firstKey(keys: Iterable<number>): number | undefined {
  const [first] = [...keys];
  return first;
}
