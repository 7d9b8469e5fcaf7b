// The rules that every search stream keeps (proto/sluice/v1/README.md), checked update by update. A
// client may render each update independently of earlier ones.

import { compareKeys } from "../core/document.js";
import { limits } from "../core/limits.js";
import type { SearchHit, SearchUpdate, Stage } from "../contract/search-update.js";
import type { SearchRequest } from "../contract/search-request.js";

/** The fields that the rules check, common to updates of the engine and of the client. */
export type ContractUpdate = Pick<
  SearchUpdate,
  | "sequence"
  | "final"
  | "stage"
  | "certificate"
  | "baseCertificate"
  | "coverage"
  | "settledCount"
  | "generation"
  | "degradations"
  | "expectedRecall"
> & {
  readonly timings: { readonly total: number };
  readonly hits: readonly (Pick<SearchHit, "key" | "rank" | "score" | "span"> & {
    readonly passageNumber: number;
    readonly payload?: object | undefined;
  })[];
};

export interface ContractOptions {
  /** Requested number of hits. */
  readonly k: number;
  /** Requested number of hits that are left out at the head. Defaults to 0. */
  readonly offset?: number | undefined;
  /** Requested minimum time between updates in milliseconds. When absent, it is not checked. */
  readonly minUpdateIntervalMs?: number | undefined;
  /** The payload of each key is sent once. */
  readonly isPayloadOnce?: boolean | undefined;
  /**
   * Groups or duplicates are limited, so the lexical ranking may be too deep to be proved exact.
   */
  readonly hasGroups?: boolean | undefined;
  /** Hits are ordered by a field, not by their scores. */
  readonly isSorted?: boolean | undefined;
}

export interface StreamContract {
  /** Throws ContractViolation when the update breaks a rule, alone or after those before it. */
  take(update: ContractUpdate): void;
  /** Called when a stream ended without an error. Throws unless its last update was final. */
  end(): void;
}

/** The server violated the contract: it has a bug, or it is another program. */
export class ContractViolation extends Error {
  override readonly name = "ContractViolation";
}

const stages: readonly Stage[] = ["lexical", "candidates", "late_interaction", "cross_encoder"];

/** Expectations of the stream that follow from a request. */
export function contractOf(
  request: Pick<
    SearchRequest,
    "k" | "offset" | "minUpdateIntervalMs" | "payload" | "groupBy" | "dedupeField" | "sortBy"
  >,
): ContractOptions {
  return {
    k: request.k ?? limits.hitCountDefault,
    offset: request.offset,
    minUpdateIntervalMs: request.minUpdateIntervalMs,
    isPayloadOnce: request.payload?.mode === "on_first_appearance",
    hasGroups: request.groupBy !== undefined || request.dedupeField !== undefined,
    isSorted: request.sortBy !== undefined,
  };
}

/** O(hits) per update. */
export function createStreamContract(options: ContractOptions): StreamContract {
  let before: ContractUpdate | undefined;
  const paidKeys = new Set<string>();
  return {
    take(update) {
      checkAlone(update, options);
      if (before === undefined) demand(update.sequence === 1, "the first update is number 1");
      else checkAfter(before, update, options);
      if (options.isPayloadOnce === true) checkPayloads(update, paidKeys);
      before = update;
    },
    end() {
      demand(before?.final === true, "a stream without an error ends with a final update");
    },
  };
}

/** Yields updates in the order of arrival after checking them. */
export async function* checked<Update extends ContractUpdate>(
  stream: AsyncIterable<Update>,
  options: ContractOptions,
): AsyncGenerator<Update, void, void> {
  const contract = createStreamContract(options);
  for await (const update of stream) {
    contract.take(update);
    yield update;
  }
  contract.end();
}

/** The same for sessions: one stream per query, and none resumes after a newer one has started. */
export async function* checkedSession<
  Answer extends { readonly queryNumber: number; readonly update: ContractUpdate },
>(
  stream: AsyncIterable<Answer>,
  optionsOf: (queryNumber: number) => ContractOptions,
): AsyncGenerator<Answer, void, void> {
  let newest = 0;
  let contract: StreamContract | undefined;
  for await (const answer of stream) {
    const { queryNumber, update } = answer;
    demand(queryNumber >= newest, `an update of query ${queryNumber} came after one of ${newest}`);
    if (queryNumber > newest || contract === undefined)
      contract = createStreamContract(optionsOf(queryNumber));
    newest = queryNumber;
    contract.take(update);
    yield answer;
  }
  contract?.end();
}

function checkAlone(
  update: ContractUpdate,
  { k, offset = 0, hasGroups = false, isSorted = false }: ContractOptions,
): void {
  const { hits, coverage, stage, certificate, settledCount, expectedRecall } = update;
  demand(hits.length <= k, `${hits.length} hits, ${k} were asked for`);
  for (const [i, hit] of hits.entries()) {
    demand(hit.rank === offset + i + 1, `rank ${hit.rank} at place ${i + 1}`);
    demand(Number.isFinite(hit.score), `hit ${hit.rank} has the score ${hit.score}`);
    demand(hit.span.start <= hit.span.end, `hit ${hit.rank} has a span that ends before it begins`);
    const above = hits[i - 1];
    if (above === undefined || isSorted) continue;
    const order = above.score - hit.score || compareKeys(hit.key, above.key);
    demand(order > 0, `hits ${above.rank} and ${hit.rank} are out of order`);
  }
  demand(new Set(hits.map(({ key }) => key)).size === hits.length, "a document comes twice");
  demand(settledCount >= 0 && settledCount <= hits.length, "more hits are settled than there are");
  demand(!update.final || settledCount === hits.length, "a final ranking is settled");
  for (const [name, count] of Object.entries(coverage))
    demand(count >= 0 && count <= coverage.eligible, `coverage.${name} is ${count}`);
  if (certificate === "lexical") demand(stage === "lexical", "LEXICAL of a later stage");
  if (stage === "lexical" && hits.length > 0)
    demand(
      certificate === "lexical" || ((hasGroups || isSorted) && certificate === "estimate"),
      `the lexical stage says ${certificate}`,
    );
  if (certificate === "exact")
    demand(coverage.maxSimScored === coverage.eligible, "EXACT, and not all were scored");
  if (certificate === "reranked")
    demand(stage === "cross_encoder", "RERANKED before the cross-encoder's stage");
  const hasBase = update.baseCertificate !== undefined && update.baseCertificate !== "reranked";
  demand(hasBase === (certificate === "reranked"), "RERANKED goes with what was re-ordered");
  if (expectedRecall !== undefined) {
    demand(expectedRecall >= 0 && expectedRecall <= 1, `expected_recall is ${expectedRecall}`);
    const ranked = update.baseCertificate ?? certificate;
    demand(stage !== "lexical" && ranked === "estimate", `expected_recall with ${ranked}`);
  }
  for (const [name, micros] of Object.entries<number | undefined>({ ...update.timings }))
    if (micros !== undefined)
      demand(Number.isFinite(micros) && micros >= 0, `timings.${name} is ${micros}`);
}

function checkAfter(
  before: ContractUpdate,
  update: ContractUpdate,
  { minUpdateIntervalMs }: ContractOptions,
): void {
  demand(!before.final, "an update came after the final one");
  demand(update.sequence === before.sequence + 1, `${update.sequence} after ${before.sequence}`);
  demand(update.generation === before.generation, "the generation changed within a stream");
  demand(stages.indexOf(update.stage) >= stages.indexOf(before.stage), "a stage came back");
  for (const name of Object.keys(before.coverage) as (keyof ContractUpdate["coverage"])[])
    demand((update.coverage[name] ?? 0) >= (before.coverage[name] ?? 0), `coverage.${name} fell`);
  demand(update.coverage.eligible === before.coverage.eligible, "coverage.eligible changed");
  demand(update.timings.total >= before.timings.total, "timings.total fell");
  demand(update.degradations.length >= before.degradations.length, "a loss was taken back");
  const keysOf = ({ hits }: ContractUpdate): string => hits.map(({ key }) => key).join("\n");
  if (!update.final) {
    demand(keysOf(update) !== keysOf(before), "an update without news was sent");
    const passedUs = update.timings.total - before.timings.total;
    // Both values are rounded to whole microseconds.
    if (minUpdateIntervalMs !== undefined)
      demand(passedUs >= 1000 * minUpdateIntervalMs - 1, `${passedUs} us between two updates`);
  }
  demand(update.settledCount >= before.settledCount, "settled_count fell");
  for (const [i, hit] of before.hits.slice(0, before.settledCount).entries()) {
    const now = update.hits[i];
    const isSame =
      now?.key === hit.key && now.score === hit.score && now.passageNumber === hit.passageNumber;
    demand(isSame, `settled hit ${i + 1} changed from ${hit.key} to ${now?.key ?? "nothing"}`);
  }
}

function checkPayloads({ hits }: ContractUpdate, paidKeys: Set<string>): void {
  for (const { key, payload } of hits) {
    if (payload === undefined) continue;
    demand(!paidKeys.has(key), `the payload of "${key}" came twice`);
    paidKeys.add(key);
  }
}

function demand(condition: boolean, fault: string): void {
  if (!condition) throw new ContractViolation(fault);
}
