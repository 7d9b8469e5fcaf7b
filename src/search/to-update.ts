// From a draft to the update that goes out: which hits are shown, what they are worth, their
// payloads.

import { isEmptyQuery } from "../analysis/lexical-query.js";
import type { Span } from "../core/document.js";
import { SluiceError, asDamage } from "../core/errors.js";
import type { Draft } from "./progress.js";
import type { SearchPlan } from "./plan.js";
import type { JudgedHit, Judge } from "./probabilities.js";
import { certificateOf, degrade, timingsAt } from "./progress.js";
import type { SearchProgress } from "./progress.js";
import type { SearchDeps } from "./search-deps.js";
import type { ScoreKind, SearchHit, SearchUpdate, Stage } from "../contract/search-update.js";

/** What an update is made of. */
export interface UpdateSource {
  readonly deps: SearchDeps;
  readonly plan: SearchPlan;
  readonly progress: SearchProgress;
  readonly judge: Judge;
  /** Documents whose payload was already sent. Absent when each update has all payloads. */
  readonly sentKeys: Set<string> | undefined;
  /** Highlights by key: most hits of an update were in the one before. */
  readonly highlights: Map<string, KeptHighlights>;
}

interface KeptHighlights {
  /** Of the passage around which a very long text is looked at. */
  readonly passageStart: number;
  readonly spans: readonly Span[];
}

/** An update before its stream numbers it. */
export type UnnumberedUpdate = Omit<SearchUpdate, "sequence">;

/**
 * Reads payloads: call it only for what is sent. An intermediate update leaves out those that
 * `run.sentKeys` has, and adds its own; the final one has all, since it may be kept for other
 * readers: see `withoutSentPayloads`.
 */
export function toUpdate(
  run: UpdateSource,
  draft: Draft | undefined,
  { isFinal, atMs }: { readonly isFinal: boolean; readonly atMs: number },
): UnnumberedUpdate {
  const { plan, progress, deps } = run;
  const { coverage, baseCertificate } = progress;
  const judged = draft && run.judge.judge(draft);
  // Before the degradations are copied: a payload that cannot be read is one.
  const hits = (judged?.shown ?? []).map((hit, i) =>
    toHit(run, hit, { rank: plan.page.offset + i + 1, isFinal }),
  );
  const isReranked = draft?.stage === "cross_encoder" && baseCertificate !== undefined;
  const { stage = "lexical" } = draft ?? {};
  const expectedRecall = recallOf(plan, progress, draft?.stage);
  const hasAbstained = isFinal && hits.length === 0 && isThresholdToBlame(plan, progress);
  return {
    final: isFinal,
    stage,
    certificate: draft === undefined ? certificateOfNothing(plan) : certificateOf(draft, coverage),
    ...(isReranked && { baseCertificate }),
    ...(expectedRecall !== undefined && { expectedRecall }),
    coverage,
    scoreKind: scoreKindOf[stage],
    settledCount: isFinal ? hits.length : (judged?.settledCount ?? 0),
    generation: deps.generation.number,
    timings: timingsAt(progress, atMs),
    degradations: [...progress.degradations],
    hits,
    ...(hasAbstained && { abstained: true }),
  };
}

const scoreKindOf: Readonly<Record<Stage, ScoreKind>> = {
  lexical: "bm25",
  candidates: "fusion",
  late_interaction: "relevance",
  cross_encoder: "reranked",
};

/** The update without the payloads that its reader has. */
export function withoutSentPayloads(
  update: UnnumberedUpdate,
  sentKeys: ReadonlySet<string> | undefined,
): UnnumberedUpdate {
  if (sentKeys === undefined || sentKeys.size === 0) return update;
  const hits = update.hits.map((hit) =>
    sentKeys.has(hit.key) ? { ...hit, payload: undefined } : hit,
  );
  return { ...update, hits };
}

/** Without terms the exact lexical ranking is the empty one; else it was not computed. */
function certificateOfNothing(plan: SearchPlan): SearchUpdate["certificate"] {
  return isEmptyQuery(plan.lexical) ? "lexical" : "estimate";
}

/** Present while the pool is complete: absent for an exact ranking and after a passage was left out. */
function recallOf(
  { expectedRecall, exhaustiveBelowPassages }: SearchPlan,
  { coverage, baseCertificate, degradations }: SearchProgress,
  stage: Stage | undefined,
): number | undefined {
  const hasPool = stage !== undefined && stage !== "lexical" && baseCertificate === "estimate";
  const isWhole = coverage.eligible <= exhaustiveBelowPassages;
  const isPoorer = degradations.some(({ stages }) => stages.some((one) => one !== "cross_encoder"));
  return hasPool && !isWhole && !isPoorer ? expectedRecall : undefined;
}

/** A threshold has left nothing of what was scored. Pages behind the first may just be empty. */
function isThresholdToBlame(
  { minScore, minProbability, page }: SearchPlan,
  { coverage }: SearchProgress,
): boolean {
  if (page.offset > 0) return false;
  return (minScore !== undefined || minProbability !== undefined) && coverage.maxSimScored > 0;
}

function toHit(
  run: UpdateSource,
  { ranked, parts }: JudgedHit,
  { rank, isFinal }: { readonly rank: number; readonly isFinal: boolean },
): SearchHit {
  const { key, score, passageNumber, segment, ordinal } = ranked;
  const span = run.deps.generation.segments[segment]?.table.spanAt(ordinal) ?? { start: 0, end: 0 };
  const isSent = !isFinal && run.sentKeys?.has(key) === true;
  if (!isFinal) run.sentKeys?.add(key);
  const payload = isSent ? undefined : readablePayload(run, { key, span });
  return { key, rank, score, parts, passageNumber, span, payload };
}

/** A hit whose document is damaged has no payload; the other hits are unaffected. */
function readablePayload(
  run: UpdateSource,
  hit: Pick<SearchHit, "key" | "span">,
): SearchHit["payload"] {
  try {
    return readPayload(run, hit);
  } catch (error) {
    const { message } = asDamage(error);
    const { progress } = run;
    const { damagedKeys } = progress;
    if (!damagedKeys.has(hit.key)) degrade(progress, "CORRUPT_PASSAGES", { message, stages: [] });
    damagedKeys.add(hit.key);
    return undefined;
  }
}

function readPayload(
  run: UpdateSource,
  hit: Pick<SearchHit, "key" | "span">,
): SearchHit["payload"] {
  const { generation } = run.deps;
  const { payload, highlight } = run.plan;
  const { title, text, fields } = payload;
  if (!title && !text && !fields && highlight === undefined) return undefined;
  const record = generation.documents.readDocument(hit.key);
  // Passages and documents are of one moment: a passage without its document was not written so.
  if (record === undefined)
    throw new SluiceError(
      "DATA_CORRUPT",
      `document "${hit.key}" is missing, its passages are there`,
    );
  return {
    ...(title ? { title: record.title } : {}),
    ...(text ? { text: record.text } : {}),
    ...(fields ? { fields: record.fields } : {}),
    ...(highlight && {
      highlights: highlightsOf(run, hit, () => highlight(record.text, hit.span)),
    }),
  };
}

function highlightsOf(
  { highlights }: UpdateSource,
  { key, span }: Pick<SearchHit, "key" | "span">,
  find: () => readonly Span[],
): readonly Span[] {
  const kept = highlights.get(key);
  if (kept?.passageStart === span.start) return kept.spans;
  const spans = find();
  highlights.set(key, { passageStart: span.start, spans });
  return spans;
}
