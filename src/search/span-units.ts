// Updates whose places are counted in the unit that the request asked for. Everything before counts in
// UTF-16 code units, as does the cache of answers.

import type { AssembledContext, HitPayload, SearchHit } from "../contract/search-update.js";
import type { Span } from "../core/document.js";
import { spansInUnit } from "../core/span-units.js";
import type { SpanUnit } from "../core/span-units.js";
import type { Generation } from "../index/generation.js";
import type { UnnumberedUpdate } from "./to-update.js";

type Texts = Pick<Generation, "documents">;

/** Reads the document of each hit whose text does not travel with it. */
export function updateInUnit(
  update: UnnumberedUpdate,
  unit: SpanUnit,
  texts: Texts,
): UnnumberedUpdate {
  if (unit === "utf16") return update;
  const hits = update.hits.map((hit) => hitInUnit(hit, unit, texts));
  const context = update.context && contextInUnit(update.context, unit, texts);
  return { ...update, hits, context };
}

function hitInUnit(hit: SearchHit, unit: SpanUnit, texts: Texts): SearchHit {
  const { payload } = hit;
  const text = payload?.text ?? textOf(texts, hit.key);
  const [span = hit.span, ...highlights] = spansInUnit(
    text,
    [hit.span, ...(payload?.highlights ?? [])],
    unit,
  );
  return { ...hit, span, payload: payload && withHighlights(payload, highlights) };
}

function withHighlights(payload: HitPayload, highlights: readonly Span[]): HitPayload {
  return payload.highlights === undefined ? payload : { ...payload, highlights };
}

function contextInUnit(context: AssembledContext, unit: SpanUnit, texts: Texts): AssembledContext {
  const passages = context.passages.map((passage) => {
    const [span = passage.span] = spansInUnit(textOf(texts, passage.key), [passage.span], unit);
    return { ...passage, span };
  });
  return { ...context, passages };
}

/** Empty for a document that is damaged, whose hit has no payload either. */
function textOf({ documents }: Texts, key: string): string {
  try {
    return documents.readDocument(key)?.text ?? "";
  } catch {
    return "";
  }
}
