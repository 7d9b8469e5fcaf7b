// Explain: scores of one passage from the search, with the words behind its token vectors from the encoder.

import type { LexicalQuery } from "../analysis/lexical-query.js";
import type { Span } from "../core/document.js";
import type { ExplainRequest, ExplainedPassage } from "../contract/explain.js";
import { requestDefaults } from "../contract/search-request.js";
import { spansInUnit } from "../core/span-units.js";
import type { SpanUnit } from "../core/span-units.js";
import type { TokenTrace } from "../encoders/tokenizer.js";
import type { Collection } from "../index/collection.js";
import { explain } from "../search/explain.js";
import type { Explanation } from "../search/explain.js";
import type { SearchPlan } from "../search/plan.js";
import type { SearchDeps } from "../search/search-deps.js";
import type { EncodePool } from "../encoding/encode-pool.js";
import type { TracedPassage } from "../encoding/encode.protocol.js";

/** The caller holds the generation. Throws what search/explain.ts throws. */
export async function explainPassage(
  {
    deps,
    plan,
    request,
  }: {
    readonly deps: SearchDeps;
    readonly plan: SearchPlan;
    readonly request: ExplainRequest;
  },
  by: {
    readonly collection: Collection;
    readonly encodePool: Pick<EncodePool, "trace">;
    /** Whether the collection's model is there. */
    readonly hasModel: boolean;
  },
): Promise<ExplainedPassage> {
  const { key } = request;
  const found = await explain(deps, plan, { key, passageNumber: request.passageNumber });
  const { score, maxSim, bm25, bm25Top, lexicalWeight, passageNumber, span, terms } = found;
  const { query, passage } = await traceTokens(found, { plan, by });
  const querySpans =
    request.vectors === undefined ? spansInText(request.text ?? "", plan.lexical) : [];
  const explained: ExplainedPassage = {
    score,
    parts: { bm25, maxsim: maxSim },
    bestBm25: bm25Top,
    lexicalWeight,
    passageNumber,
    span,
    terms,
    matches: found.matches.map(({ passageToken, score: part }, i) => {
      const asked = request.vectors === undefined ? query[i] : undefined;
      const answer = passage?.tokens[passageToken];
      return {
        passageRow: passageToken,
        score: part,
        queryToken: asked?.token ?? "",
        querySpan: asked?.span && moved(asked.span, querySpans),
        passageToken: answer?.token ?? "",
        ...(answer?.span && passage ? placeOf(answer.span, passage) : {}),
      };
    }),
  };
  const { spanUnit = requestDefaults.spanUnit, text = "" } = request;
  return explainedInUnit(explained, spanUnit, { ...found.document, query: text });
}

function explainedInUnit(
  explained: ExplainedPassage,
  unit: SpanUnit,
  texts: { readonly query: string; readonly title: string; readonly text: string },
): ExplainedPassage {
  if (unit === "utf16") return explained;
  const placed = (text: string, span: Span | undefined): Span | undefined =>
    span && spansInUnit(text, [span], unit)[0];
  return {
    ...explained,
    span: placed(texts.text, explained.span) ?? explained.span,
    matches: explained.matches.map((match) => ({
      ...match,
      querySpan: placed(texts.query, match.querySpan),
      passageSpan: placed(texts.text, match.passageSpan),
      titleSpan: placed(texts.title, match.titleSpan),
    })),
  };
}

interface Tokens {
  readonly query: readonly TokenTrace[];
  /** Absent when the document came with precomputed vectors or its model is not available. */
  readonly passage: TracedPassage | undefined;
}

async function traceTokens(
  { document, codes, passageNumber, span }: Explanation,
  { plan, by }: { plan: SearchPlan; by: Parameters<typeof explainPassage>[1] },
): Promise<Tokens> {
  if (!by.hasModel) return { query: [], passage: undefined };
  const { title, text } = document;
  const query = plan.lexical.plainText;
  const asked = { query, document: { title, text }, passageNumber };
  const traced = await by.encodePool.trace(asked, by.collection.settings);
  const { passage } = traced;
  // Precomputed vectors are not the model's, and the store does not say which they are: compare.
  const isOfModel =
    passage !== undefined &&
    passage.passage.span.start === span.start &&
    passage.passage.span.end === span.end &&
    agreement(passage.codes, codes) >= agreementMin;
  return { query: traced.query, passage: isOfModel ? passage : undefined };
}

/**
 * Another CPU may round a few coordinates to the other side; of unrelated vectors hardly a byte in a
 * hundred agrees.
 */
const agreementMin = 0.5;

function agreement(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length || a.length === 0) return 0;
  let equal = 0;
  for (let i = 0; i < a.length; i += 1) if (a[i] === b[i]) equal += 1;
  return equal / a.length;
}

/** A place in an encoded passage, which ends with the text of its span, as one in text or title. */
function placeOf(
  { start, end }: Span,
  { passage }: TracedPassage,
): { passageSpan: Span } | { titleSpan: Span } {
  const textStart = passage.text.length - (passage.span.end - passage.span.start);
  if (start < textStart) return { titleSpan: { start, end } };
  const shift = passage.span.start - textStart;
  return { passageSpan: { start: start + shift, end: end + shift } };
}

/**
 * Place in `text` of each unit of the plain text, which is the same without some quotes and stars.
 */
function spansInText(text: string, { plainText }: LexicalQuery): number[] {
  const places: number[] = [];
  for (let at = 0; at < text.length && places.length < plainText.length; at += 1)
    if (text[at] === plainText[places.length]) places.push(at);
  return places;
}

function moved({ start, end }: Span, places: readonly number[]): Span {
  return { start: places[start] ?? 0, end: (places[end - 1] ?? -1) + 1 };
}
