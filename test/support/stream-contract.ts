// The rules that every search stream keeps, checked update by update.

import assert from "node:assert/strict";

import { compareKeys } from "../../src/core/document.js";
import type { Certificate, Coverage, SearchHit, Stage } from "../../src/search/update.js";

/** What the rules are about: the engine's updates have it, and those that a client gets. */
export interface ContractUpdate {
  readonly sequence: number;
  readonly final: boolean;
  readonly stage: Stage;
  readonly certificate: Certificate;
  readonly coverage: Coverage;
  readonly settledCount: number;
  readonly generation: number;
  readonly timings: { readonly total: number };
  readonly degradations: readonly unknown[];
  readonly hits: readonly Pick<SearchHit, "key" | "rank" | "score" | "span">[];
}

export interface ContractOptions {
  /** Hits that were asked for. */
  readonly k: number;
  /** A transport is between: what its reader has no room for is dropped. */
  readonly mayDrop?: boolean;
}

export interface StreamContract {
  /** Throws when the update breaks a rule, alone or after those before it. */
  take(update: ContractUpdate): void;
  /** For a stream that ended well: throws unless its last update was final. */
  end(): void;
}

const stages: readonly Stage[] = ["lexical", "candidates", "late_interaction", "cross_encoder"];

export function createStreamContract({ k, mayDrop = false }: ContractOptions): StreamContract {
  let before: ContractUpdate | undefined;
  return {
    take(update) {
      checkAlone(update, k);
      if (before === undefined) assert.equal(update.sequence, 1, "the first update is number 1");
      else checkAfter(before, update, mayDrop);
      before = update;
    },
    end() {
      assert.equal(before?.final, true, "a stream without an error ends with a final update");
    },
  };
}

/** Hands updates on as they come, checked; so in tests every stream is read through this. */
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

/** Reads a stream to its end. */
export async function collect<Update extends ContractUpdate>(
  stream: AsyncIterable<Update>,
  options: ContractOptions,
): Promise<Update[]> {
  const updates: Update[] = [];
  for await (const update of checked(stream, options)) updates.push(update);
  return updates;
}

function checkAlone(update: ContractUpdate, k: number): void {
  const { hits, coverage, stage, certificate, settledCount } = update;
  assert.ok(hits.length <= k, `${hits.length} hits, ${k} were asked for`);
  for (const [i, hit] of hits.entries()) {
    assert.equal(hit.rank, i + 1, "ranks count from 1");
    assert.ok(Number.isFinite(hit.score), `hit ${hit.rank} has the score ${hit.score}`);
    assert.ok(hit.span.start <= hit.span.end, "a span is not negative");
    const above = hits[i - 1];
    if (above === undefined) continue;
    const order = above.score - hit.score || compareKeys(hit.key, above.key);
    assert.ok(order > 0, `hits ${above.rank} and ${hit.rank} are out of order`);
  }
  assert.equal(new Set(hits.map(({ key }) => key)).size, hits.length, "a document comes once");
  assert.ok(settledCount >= 0 && settledCount <= hits.length, "settled hits are in the ranking");
  for (const [name, count] of Object.entries(coverage))
    assert.ok(count >= 0 && count <= coverage.eligible, `coverage.${name} is ${count}`);
  if (certificate === "lexical") assert.equal(stage, "lexical", "LEXICAL is the lexical stage's");
  if (stage === "lexical" && hits.length > 0) assert.equal(certificate, "lexical");
  if (certificate === "exact")
    assert.equal(coverage.maxSimScored, coverage.eligible, "EXACT means that all were scored");
  checkTimings(update);
}

function checkTimings({ timings }: ContractUpdate): void {
  const known = Object.entries<number | undefined>({ ...timings });
  for (const [name, micros] of known)
    if (micros !== undefined)
      assert.ok(Number.isFinite(micros) && micros >= 0, `timings.${name} is ${micros}`);
}

function checkAfter(before: ContractUpdate, update: ContractUpdate, mayDrop: boolean): void {
  assert.ok(!before.final, "nothing follows the final update");
  assert.equal(update.sequence, before.sequence + 1, "the sequence rises by 1");
  assert.equal(update.generation, before.generation, "a stream sees one generation");
  assert.ok(stages.indexOf(update.stage) >= stages.indexOf(before.stage), "no stage comes back");
  for (const name of Object.keys(before.coverage) as (keyof Coverage)[])
    assert.ok(update.coverage[name] >= before.coverage[name], `coverage.${name} fell`);
  assert.equal(update.coverage.eligible, before.coverage.eligible, "what is eligible stays");
  assert.ok(update.timings.total >= before.timings.total, "time goes on");
  assert.ok(update.degradations.length >= before.degradations.length, "no loss is taken back");
  const keysOf = ({ hits }: ContractUpdate): string[] => hits.map(({ key }) => key);
  if (!update.final && !mayDrop)
    assert.notDeepEqual(keysOf(update), keysOf(before), "an update without news is not sent");
  assert.ok(update.settledCount >= before.settledCount, "settled_count never falls");
  assert.deepEqual(
    keysOf(update).slice(0, before.settledCount),
    keysOf(before).slice(0, before.settledCount),
    "settled hits stay where they are",
  );
}
