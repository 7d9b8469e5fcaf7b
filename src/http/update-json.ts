// Updates as JSON: the names of the proto, enums in lower case, fields as plain values.

import { publicMessage } from "../core/public-message.js";
import { assertNever } from "../core/assert.js";
import type { FieldValue } from "../core/document.js";
import type { SearchHit, SearchUpdate, StageTimings } from "../contract/search-update.js";

export function updateToJson(update: SearchUpdate): object {
  const { coverage } = update;
  return {
    sequence: update.sequence,
    final: update.final,
    stage: update.stage,
    certificate: update.certificate,
    base_certificate: update.baseCertificate,
    expected_recall: update.expectedRecall,
    coverage: {
      eligible: coverage.eligible,
      sketch_scored: coverage.sketchScored,
      maxsim_scored: coverage.maxSimScored,
      reranked: coverage.reranked,
    },
    settled_count: update.settledCount,
    generation: update.generation,
    timings: timingsToJson(update.timings),
    degradations: update.degradations.map((one) => {
      return { reason: one.reason, message: publicMessage(one.message), stages: one.stages };
    }),
    hits: update.hits.map(hitToJson),
    abstained: update.abstained,
    context: update.context && {
      passages: update.context.passages.map(({ tokenCount, ...passage }) => ({
        ...passage,
        token_count: tokenCount,
      })),
      token_count: update.context.tokenCount,
    },
  };
}

/** Microseconds, whole; stages that did not run are left out, as JSON leaves out undefined. */
function timingsToJson(timings: StageTimings): object {
  const whole = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : Math.round(value);
  return {
    queue_us: whole(timings.queue),
    encode_us: whole(timings.encode),
    lexical_us: whole(timings.lexical),
    candidates_us: whole(timings.candidates),
    late_interaction_us: whole(timings.lateInteraction),
    cross_encoder_us: whole(timings.crossEncoder),
    total_us: whole(timings.total),
  };
}

function hitToJson(hit: SearchHit): object {
  const { parts, payload } = hit;
  const fields = payload?.fields;
  return {
    key: hit.key,
    rank: hit.rank,
    score: hit.score,
    parts: {
      bm25: parts.bm25,
      sketch: parts.sketch,
      maxsim: parts.maxsim,
      cross_encoder: parts.crossEncoder,
      probability: parts.probability,
      softmax: parts.softmax,
    },
    passage_number: hit.passageNumber,
    span: hit.span,
    payload: payload && {
      title: payload.title,
      text: payload.text,
      highlights: payload.highlights,
      fields:
        fields &&
        Object.fromEntries(Array.from(fields, ([name, value]) => [name, fieldToJson(value)])),
    },
  };
}

/** Integers beyond 2^53 as strings, since JSON readers would round them; times as ISO 8601. */
function fieldToJson(field: FieldValue): unknown {
  switch (field.kind) {
    case "keyword":
    case "keywords":
    case "float":
    case "boolean":
      return field.value;
    case "integer": {
      const number = Number(field.value);
      return Number.isSafeInteger(number) ? number : field.value.toString();
    }
    case "time":
      return new Date(field.value).toISOString();
    default:
      return assertNever(field);
  }
}
