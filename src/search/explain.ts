// How one passage got its score: the passage token that matches each query token best, and the BM25
// of each term.

import { toSequence } from "../core/ids.js";
import { isEmptyQuery } from "../analysis/lexical-query.js";
import type { LexicalQuery } from "../analysis/lexical-query.js";
import { assert, present } from "../core/assert.js";
import type { Span } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import type { EncodedQuery } from "../codec/codec.js";
import type { ExplainAnswer } from "../scoring/score.protocol.js";
import type { DocumentRecord } from "../store/stored-values.js";
import { relevance } from "./blend.js";
import type { SearchPlan } from "./plan.js";
import { compareRanked } from "./ranking.js";
import { segmentPartsOf } from "./search-deps.js";
import type { ScopedDeps, SearchDeps } from "./search-deps.js";
import { filterStage } from "./stages/filter.js";
import { lateInteractionBatches } from "./stages/late-interaction.js";
import { placeOfSequence } from "./passage-ids.js";
import type { PassagePlace } from "./passage-ids.js";
import { refineStage, refineWidthsOf } from "./stages/refine.js";
import type { RefinedScores } from "./stages/refine.js";
import { lexicalStage, noLexicalResult } from "./stages/lexical.js";
import type { LexicalResult } from "./stages/lexical.js";

export interface Explanation {
  /** As a search with the same plan gives it. */
  readonly score: number;
  /** Absent when the query has no words. */
  readonly bm25: number | undefined;
  /** Added up in order, each sum rounded to float32, the scores of `matches` give exactly this. */
  readonly maxSim: number;
  /** Best BM25 of any eligible passage, and the weight: what the score is blended with. */
  readonly bm25Top: number;
  readonly lexicalWeight: number;
  readonly passageNumber: number;
  readonly span: Span;
  /** One for each query token: the first of the passage's tokens that answers it best. */
  readonly matches: readonly { readonly passageToken: number; readonly score: number }[];
  /** Terms and beginnings that the passage has; their scores add up to `bm25` in the same way. */
  readonly terms: readonly {
    readonly term: string;
    readonly frequency: number;
    readonly score: number;
  }[];
  /** Packed token vectors of the passage. */
  readonly codes: Uint8Array;
  readonly document: DocumentRecord;
}

/**
 * The document's best passage, or the given one. Throws DOCUMENT_NOT_FOUND, INVALID_FIELD,
 * MODEL_REQUIRED for a text that nothing can encode, DATA_CORRUPT, and the signal's reason.
 */
export async function explain(
  deps: SearchDeps,
  plan: SearchPlan,
  target: { readonly key: string; readonly passageNumber: number | undefined },
): Promise<Explanation> {
  const { generation, signal } = deps;
  const document = generation.documents.readDocument(target.key);
  if (document === undefined) throw unknownDocument(target.key);
  const places = placesOf(deps, document, target);
  const encoding = startEncoding(deps);
  const scope = finished(
    await filterStage(deps, plan.filter, { phrases: plan.lexical.excluded }),
    signal,
  );
  const scoped = { ...deps, scope };
  const lexical = isEmptyQuery(plan.lexical)
    ? noLexicalResult
    : finished(await lexicalStage(scoped, plan), signal);
  const encoded = await encoding;
  const query = encoded.tokens;
  const best = await bestOf(scoped, plan, { query: encoded, lexical, places });
  const entry = present(generation.segments[best.segment], "a place names a segment");
  const answer = await explainPlace(deps, plan, { query: encoded, lexical, place: best });
  return {
    score: best.score,
    maxSim: best.maxSim,
    codes: answer.codes,
    document,
    bm25: isEmptyQuery(plan.lexical) ? undefined : best.bm25,
    bm25Top: lexical.bm25Top,
    lexicalWeight: plan.lexicalWeight,
    passageNumber: best.passageNumber,
    span: entry.table.spanAt(best.ordinal),
    matches: Array.from(answer.scores, (score, i) => ({
      passageToken: answer.tokens[i] ?? 0,
      score: score + (query.rowBiases?.[i] ?? 0),
    })),
    terms: (answer.clauses[0] ?? []).map(({ clause, count, score }) => ({
      term: clauseName(plan.lexical, clause),
      frequency: count,
      score,
    })),
  };
}

/** Tokens and terms of the passage at a place. */
async function explainPlace(
  deps: SearchDeps,
  { refinePoolSize }: SearchPlan,
  { query, lexical, place }: { query: EncodedQuery; lexical: LexicalResult; place: PassagePlace },
): Promise<ExplainAnswer> {
  const { generation, settings, scorer, cancel, signal } = deps;
  const widths = refinePoolSize > 0 ? refineWidthsOf(settings) : undefined;
  const parts = segmentPartsOf(generation).slice(place.segment, place.segment + 1);
  const bm25 = lexical.work.map((work) => ({
    ...work,
    liveTermIds: [work.liveTermIds[place.segment]],
    nearPlaces: undefined,
  }));
  const answer = finished(
    await scorer.explain({
      kind: "explain",
      parts,
      ordinal: place.ordinal,
      query: query.tokens,
      bits: settings.bits,
      refine: widths && { ...widths, query: query.refine?.rows },
      bm25,
      cancel,
    }),
    signal,
  );
  if (answer.damage !== undefined) throw new SluiceError("DATA_CORRUPT", answer.damage);
  return answer;
}

function unknownDocument(key: string): SluiceError {
  return new SluiceError("DOCUMENT_NOT_FOUND", `there is no document "${key}"`, { field: "key" });
}

/** To be awaited; a failure before that is not reported as unhandled. */
function startEncoding(deps: SearchDeps): NonNullable<ReturnType<SearchDeps["encodeQuery"]>> {
  const encoding = deps.encodeQuery();
  if (encoding === undefined)
    throw new SluiceError(
      "MODEL_REQUIRED",
      `collection "${deps.settings.name}" has no usable model; send the query's vectors`,
      { field: "query.vectors" },
    );
  encoding.catch(() => undefined);
  return encoding;
}

function finished<T>(answer: T | undefined, signal: AbortSignal): T {
  if (answer !== undefined) return answer;
  signal.throwIfAborted();
  throw new SluiceError("CANCELLED", "the caller disconnected");
}

/** Where the wanted passages of the document lie. */
function placesOf(
  { generation }: SearchDeps,
  { spans, firstPassageSequence }: DocumentRecord,
  { key, passageNumber }: { key: string; passageNumber: number | undefined },
): PassagePlace[] {
  if (passageNumber !== undefined && passageNumber >= spans.length)
    throw new SluiceError(
      "INVALID_FIELD",
      `passage_number is ${passageNumber}, document "${key}" has ${spans.length} passages, from 0`,
      { field: "passage_number" },
    );
  const numbers = passageNumber === undefined ? [...spans.keys()] : [passageNumber];
  const { segments } = generation;
  const places = numbers.flatMap(
    (number) => placeOfSequence(segments, toSequence(firstPassageSequence + number)) ?? [],
  );
  if (places.length > 0) return places;
  const causes = generation.damages.length === 0 ? "" : `: ${generation.damages.join("; ")}`;
  throw new SluiceError("DATA_CORRUPT", `the passages of document "${key}" are missing${causes}`);
}

interface ScoredPlace extends PassagePlace {
  readonly key: string;
  readonly passageNumber: number;
  readonly score: number;
  readonly maxSim: number;
  readonly bm25: number;
}

/** As the ranking chooses the passage that stands for its document. */
async function bestOf(
  deps: ScopedDeps,
  plan: SearchPlan,
  work: {
    query: EncodedQuery;
    lexical: LexicalResult;
    places: readonly PassagePlace[];
  },
): Promise<ScoredPlace> {
  const { query, lexical, places } = work;
  const { bm25Top } = lexical;
  const { tokens } = query;
  const scale = { rowCount: tokens.rowCount, bm25Top, lexicalWeight: plan.lexicalWeight };
  const refined = await refinedScores(deps, plan, work);
  const scored: ScoredPlace[] = [];
  const batches = lateInteractionBatches(deps, plan, {
    query: tokens,
    candidates: places,
    bm25: lexical.work,
    isExhaustive: false,
  });
  for (const promise of batches) {
    const batch = finished(await promise, deps.signal);
    const [damage] = batch.damages;
    if (damage !== undefined) throw new SluiceError("DATA_CORRUPT", damage);
    for (const [i, { segment, ordinal }] of batch.passages.entries()) {
      const table = present(deps.generation.segments[segment], "as in placesOf").table;
      const byCodes = present(batch.scores[i], "one score a passage");
      const maxSim = refined?.scores[scored.length] ?? byCodes;
      const bm25 = batch.bm25[0]?.[i] ?? 0;
      const score = relevance({ maxSim, bm25 }, scale);
      const names = { key: table.keyAt(ordinal), passageNumber: table.passageNumberAt(ordinal) };
      scored.push({ segment, ordinal, score, maxSim, bm25, ...names });
    }
  }
  scored.sort(compareRanked);
  const [best] = scored;
  assert(best !== undefined, "a document has passages");
  return best;
}

/** MaxSim of the places by the refine plane, where the search has its scores from it. */
async function refinedScores(
  deps: ScopedDeps,
  plan: SearchPlan,
  { query, places }: { query: EncodedQuery; places: readonly PassagePlace[] },
): Promise<RefinedScores | undefined> {
  const refine = refineWidthsOf(deps.settings);
  if (plan.refinePoolSize === 0 || refine === undefined || query.refine === undefined)
    return undefined;
  const work = { query: query.refine, refine };
  const refined = finished(await refineStage(deps, places, work), deps.signal);
  const [damage] = refined.damages;
  if (damage !== undefined) throw new SluiceError("DATA_CORRUPT", damage);
  return refined;
}

/** Clauses are the query's terms, then its beginnings, then its misspellings: see toBm25Query. */
function clauseName({ terms, prefixes, misspellings }: LexicalQuery, clause: number): string {
  const term = terms[clause];
  if (term !== undefined) return readable(term.term);
  const prefix = prefixes[clause - terms.length];
  if (prefix !== undefined) return `${readable(prefix.term)}*`;
  const misspelled = misspellings[clause - terms.length - prefixes.length];
  return `~${readable(present(misspelled, "a clause of the query").term)}`;
}

/** Terms are decomposed, and whole words have a mark. */
function readable(term: string): string {
  return term.replace(/^=/, "").normalize("NFC");
}
