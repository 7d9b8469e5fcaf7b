// What feedback says of documents.

import assert from "node:assert/strict";
import type { FeedbackKind, RecordedFeedback } from "../../../src/core/feedback.js";
import { judgmentsOf } from "../../../src/eval/feedback-judgments.js";

let sequence = 0;
function event(queryText: string, key: string, kind: FeedbackKind, dwellMs = 0): RecordedFeedback {
  sequence += 1;
  const about = { rank: 1, generation: 0, eventId: "", timeMs: 1000 * sequence, sequence };
  return { queryText, key, kind, dwellMs, ...about };
}

describe("judgments out of feedback", () => {
  it("grade what was judged above what was only looked at; the last judgment stands", () => {
    const events = [
      event("rivers", "a", "not_relevant"),
      event("rivers", "a", "relevant"),
      event("rivers", "a", "click"),
      event(" rivers ", "b", "click"),
      event("rivers", "c", "copied"),
      event("rivers", "d", "dwell", 30_000),
      event("rivers", "e", "dwell", 29_999),
      event("boats", "a", "relevant"),
      event("boats", "a", "not_relevant"),
      event("boats", "a", "dwell", 90_000),
      event("gold", "a", "dwell", 1),
      event("gravel", "a", "click"),
    ];
    assert.deepEqual(
      judgmentsOf(events).map(({ id, text, judgments }) => [
        id,
        text,
        Object.fromEntries(judgments),
      ]),
      [
        ["q1", "rivers", { a: 2, b: 1, c: 1, d: 1 }],
        ["q2", "boats", { a: 0 }],
        ["q3", "gravel", { a: 1 }],
      ],
    );
  });
});
