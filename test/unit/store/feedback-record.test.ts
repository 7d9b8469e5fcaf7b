import assert from "node:assert/strict";

import fc from "fast-check";

import { feedbackCertificates, feedbackKinds, feedbackStages } from "../../../src/core/feedback.js";
import {
  packFeedback,
  packFeedbackId,
  unpackFeedback,
  unpackFeedbackId,
} from "../../../src/store/feedback-record.js";
import { hasReason } from "../../support/errors.js";

const natural = fc.nat({ max: 2 ** 31 - 1 });
const events = fc.record(
  {
    sequence: fc.integer({ min: 1, max: 2 ** 40 }),
    timeMs: fc.nat({ max: 2 ** 45 }),
    queryText: fc.string({ unit: "grapheme" }),
    key: fc.string({ unit: "grapheme", minLength: 1 }),
    rank: natural,
    kind: fc.constantFrom(...feedbackKinds),
    dwellMs: natural,
    generation: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    eventId: fc.string(),
    score: fc
      .double({ noNaN: true, noDefaultInfinity: true })
      // The sign of zero is not kept.
      .map((score) => score + 0),
    stage: fc.constantFrom(...feedbackStages),
    certificate: fc.constantFrom(...feedbackCertificates),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      ...(["sequence", "timeMs", "queryText", "key", "rank", "kind"] as const),
      ...(["dwellMs", "generation", "eventId"] as const),
    ],
  },
);

describe("a stored event of feedback", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(events, (event) => {
        assert.deepEqual(unpackFeedback(packFeedback(event), event.sequence), event);
      }),
    );
  });

  it("is not believed with a wrong byte, or under another sequence", () => {
    fc.assert(
      fc.property(events, fc.nat(), (event, at) => {
        const framed = packFeedback(event);
        assert.throws(() => unpackFeedback(framed, event.sequence + 1), hasReason("DATA_CORRUPT"));
        // What lies between header and payload is nothing.
        const payloadAt = 24;
        const place = payloadAt + (at % (framed.length - payloadAt));
        framed[place]! ^= 1;
        assert.throws(() => unpackFeedback(framed, event.sequence), hasReason("DATA_CORRUPT"));
      }),
    );
  });

  it("has an id that tells its sequence, and no other id's", () => {
    const framed = packFeedbackId("first", 2 ** 40);
    assert.equal(unpackFeedbackId(framed, "first"), 2 ** 40);
    assert.throws(() => unpackFeedbackId(framed, "second"), hasReason("DATA_CORRUPT"));
  });
});
