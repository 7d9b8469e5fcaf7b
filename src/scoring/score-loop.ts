// What a scoring worker does with a task. Pure but for the shared memory it reads.

import { biasOf } from "../codec/codec.js";
import { isRaised } from "../core/cancel-flag.js";
import { asDamage } from "../core/errors.js";
import { countFrequencies, explainBm25, scaleOf, scorePassage } from "../index/bm25/bm25.js";
import type { NearPlaces } from "../index/bm25/query.js";
import { findTopPassages } from "../index/bm25/top-passages.js";
import { openColumns } from "../index/columns/columns-reader.js";
import { filterOrdinals } from "../index/columns/filter-ordinals.js";
import type { FilteredPassages } from "../index/columns/filter-ordinals.js";
import { eligibleOf, setEligible } from "../index/eligible-passages.js";
import { clearDocuments, flushedOrdinalsWithAny } from "../index/excluded-passages.js";
import type { CodesReader } from "../index/segment-codes.js";
import { numbersOf, sectionOf } from "../index/segment-format.js";
import { rowBytes } from "../kernels/kernels.js";
import type { Kernels } from "../kernels/kernels.js";
import { bestTokens } from "../kernels/reference.js";
import { findBestWindows } from "./best-windows.js";
import { countParts } from "./count-parts.js";
import { boundPart, passageTokensOf, postingsOf, tokensOf, tombstonesOf } from "./part-views.js";
import {
  bestRefinedTokens,
  createTokenDecoder,
  passagePlanes,
  scoreRefined,
} from "./refine-scores.js";
import { scanRanges } from "./scan-ranges.js";
import type {
  ExplainAnswer,
  ExplainTask,
  FilterAnswer,
  FilterTask,
  LexicalAnswer,
  LexicalTask,
  MaxSimAnswer,
  MaxSimTask,
  NearTask,
  PartDamage,
  ScoreAnswer,
  ScoreTask,
} from "./score.protocol.js";

export function runScoreTask(task: ScoreTask, kernels: Kernels, reader: CodesReader): ScoreAnswer {
  if (isRaised(task.cancel)) return undefined;
  switch (task.kind) {
    case "filter":
      return filterParts(task);
    case "count":
      return countParts(task);
    case "near":
      return findNearPlaces(task);
    case "lexical":
      return scoreLexical(task);
    case "scan":
      return scanRanges(task, kernels);
    case "maxsim":
      return scoreMaxSim(task, kernels, reader);
    case "refine":
      return scoreRefined(task, kernels, reader);
    case "windows":
      return findBestWindows(task, kernels, reader);
    case "explain":
      return explainPassage(task, kernels, reader);
  }
}

function findNearPlaces({ parts, words, cancel }: NearTask): NearPlaces | undefined {
  const starts = new Uint32Array(parts.length * words.length + 1);
  const places: number[] = [];
  for (const [at, part] of parts.entries()) {
    if (isRaised(cancel)) return undefined;
    for (const [i, word] of words.entries()) {
      if (part.kind === "flushed")
        for (const place of postingsOf(part.tables).placesNear(word)) places.push(place);
      starts[at * words.length + i + 1] = places.length;
    }
  }
  return { starts, places: Uint32Array.from(places) };
}

function scoreLexical(task: LexicalTask): LexicalAnswer | undefined {
  const { bm25, cancel } = task;
  const { from, to } = task.range;
  // Of the other parts only the terms' frequencies count.
  const termsOnly = { ...bm25, query: { ...bm25.query, phrases: [] } };
  const segments = task.parts.map((part, place) =>
    boundPart(part, place >= from && place < to ? bm25 : termsOnly, place),
  );
  const frequencies = countFrequencies(segments, bm25.query);
  const top = findTopPassages({
    segments,
    range: task.range,
    eligible: segments.map((_, place) => eligibleOf(task.eligible, place)),
    scale: scaleOf(bm25.query, frequencies, bm25.totals),
    topCount: task.topCount,
    sharedThreshold: task.sharedThreshold,
    isCancelled: () => isRaised(cancel),
  });
  if (top === undefined) return undefined;
  return { frequencies, top: { parts: top.segments, ordinals: top.ordinals, scores: top.scores } };
}

/** Passages between two reads of the cancel flag: well below half a millisecond of native work. */
const passagesPerLook = 64;

function scoreMaxSim(
  task: MaxSimTask,
  kernels: Kernels,
  reader: CodesReader,
): MaxSimAnswer | undefined {
  const { query, bits, ordinals } = task;
  const scores = new Float32Array(ordinals.length);
  const damages: PartDamage[] = [];
  const bm25 = task.bm25.map((work) => {
    const { query: words, frequencies, totals } = work;
    const scale = scaleOf(words, frequencies, totals);
    return { work, scale, scores: new Float32Array(ordinals.length) };
  });
  const bias = biasOf(query);
  const sorted = sortByPart(task);
  for (const [place, part] of task.parts.entries()) {
    const { start, end } = sorted.rangeOf(place);
    if (start === end) continue;
    const positions = sorted.positions.subarray(start, end);
    for (const { work, scale, scores: into } of bm25) {
      const segment = boundPart(part, work, place);
      for (const position of positions)
        into[position] = scorePassage(segment, ordinals[position] ?? 0, scale);
    }
    try {
      const { bytes, tokenOffsets } = tokensOf(part, reader);
      const codes = { bytes, dim: query.dim, bits };
      const tokenBytes = rowBytes(query.dim, bits);
      for (let from = start; from < end; from += passagesPerLook) {
        if (isRaised(task.cancel)) return undefined;
        const to = Math.min(end, from + passagesPerLook);
        const passages = sorted.ordinals.subarray(from, to);
        for (const ordinal of passages)
          reader.check(part.codes, {
            start: (tokenOffsets[ordinal] ?? 0) * tokenBytes,
            end: (tokenOffsets[ordinal + 1] ?? 0) * tokenBytes,
          });
        kernels.maxSimBatch(query, codes, tokenOffsets, passages, sorted.scores.subarray(from, to));
      }
      for (let i = start; i < end; i += 1)
        scores[sorted.positions[i] ?? 0] = (sorted.scores[i] ?? 0) + bias;
    } catch (error) {
      damages.push({ part: place, message: asDamage(error).message });
      for (const position of positions) scores[position] = NaN;
    }
  }
  return { scores, bm25: bm25.map((one) => one.scores), damages };
}

/** The passages of a task, those of each part together; within a part they keep their order. */
function sortByPart({ parts, partOf, ordinals }: MaxSimTask): {
  /** Places in the task. */
  readonly positions: Uint32Array;
  readonly ordinals: Uint32Array;
  /** Beside `ordinals`, to be filled. */
  readonly scores: Float32Array;
  rangeOf(part: number): { readonly start: number; readonly end: number };
} {
  const bounds = new Uint32Array(parts.length + 1);
  for (const part of partOf) bounds[part + 1] = (bounds[part + 1] ?? 0) + 1;
  for (let part = 1; part <= parts.length; part += 1)
    bounds[part] = (bounds[part] ?? 0) + (bounds[part - 1] ?? 0);
  const next = bounds.slice();
  const positions = new Uint32Array(ordinals.length);
  const sortedOrdinals = new Uint32Array(ordinals.length);
  for (let i = 0; i < ordinals.length; i += 1) {
    const part = partOf[i] ?? 0;
    const at = next[part] ?? 0;
    next[part] = at + 1;
    positions[at] = i;
    sortedOrdinals[at] = ordinals[i] ?? 0;
  }
  return {
    positions,
    ordinals: sortedOrdinals,
    scores: new Float32Array(ordinals.length),
    rangeOf: (part) => ({ start: bounds[part] ?? 0, end: bounds[part + 1] ?? 0 }),
  };
}

function filteredPassages(tables: SharedArrayBuffer): FilteredPassages {
  return {
    columns: openColumns(sectionOf(tables, "columns")),
    keys: { ends: numbersOf(tables, "keyEnds"), bytes: sectionOf(tables, "keys") },
  };
}

/** Evaluates a filter on flushed parts: one bitmap a part, deleted passages left out. */
function filterParts(task: FilterTask): FilterAnswer | undefined {
  let passageCount = 0;
  for (const [place, part] of task.parts.entries()) {
    if (isRaised(task.cancel)) return undefined;
    if (part.kind === "live") continue; // Their fields are in the main thread only.
    const { ordinalCount } = part;
    const ordinals =
      task.filter === undefined
        ? new Uint32Array(2 * Math.ceil(ordinalCount / 64)).fill(0xffffffff)
        : filterOrdinals(task.filter, filteredPassages(part.tables));
    if (task.excluded.length > 0) {
      const found = flushedOrdinalsWithAny(postingsOf(part.tables), task.excluded);
      const passages = numbersOf(part.tables, "passages");
      clearDocuments(ordinals, found, {
        ordinalCount,
        numberAt: (ordinal) => passages[3 * ordinal] ?? 0,
      });
    }
    const tombstones = tombstonesOf(part);
    passageCount += setEligible(task.into, place, { ordinals, ordinalCount, tombstones });
  }
  return { passageCount };
}

/**
 * Tokens and terms of one passage with the bits of a search. O(query tokens * passage tokens *
 * dim).
 */
function explainPassage(
  task: ExplainTask,
  kernels: Kernels,
  reader: CodesReader,
): ExplainAnswer | undefined {
  const { query, bits, ordinal, refine } = task;
  const [part] = task.parts;
  if (part === undefined) return undefined;
  const clauses = task.bm25.map((work) =>
    explainBm25(
      boundPart(part, work, 0),
      ordinal,
      scaleOf(work.query, work.frequencies, work.totals),
    ),
  );
  try {
    const tokenBytes = rowBytes(query.dim, bits);
    const { bytes, first, end } = passageTokensOf(part, ordinal, { reader, tokenBytes });
    const found =
      refine?.query === undefined
        ? bestTokens(query, { bytes, dim: query.dim, bits }, { first, end })
        : bestRefinedTokens(refine.query, createTokenDecoder(refine, reader)(part, ordinal), {
            dim: query.dim,
            kernels,
          });
    // Copies: a view of the map, which slices of Buffers are, would take the whole map across.
    const codes = new Uint8Array(bytes.subarray(first * tokenBytes, end * tokenBytes));
    const planes = refine && passagePlanes(part, ordinal, { ...refine, reader });
    const refineCodes = planes && new Uint8Array(planes.refineCodes);
    return { ...found, clauses, codes, refineCodes, damage: undefined };
  } catch (error) {
    const nothing = { tokens: new Uint32Array(), scores: new Float32Array(), clauses: [] };
    const none = { codes: new Uint8Array(), refineCodes: undefined };
    return { ...nothing, ...none, damage: asDamage(error).message };
  }
}
