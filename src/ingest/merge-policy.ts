// Selects the segments to merge. Pure: the same segments give the same answer.

/** Neighbors in this list are neighbors in the order of their passages. */
export interface SegmentSize {
  readonly id: number;
  readonly ordinalCount: number;
  readonly livePassages: number;
  /** Bytes of the token codes of live passages. */
  readonly liveBytes: number;
  /** A damaged segment: left as it is, and nothing is merged across it. */
  readonly isBarrier: boolean;
}

export interface MergePolicy {
  /** Token codes of a segment that merging makes. */
  readonly segmentBytesMax: number;
}

/** Segments of a tier that are merged into one of the next. */
const fanIn = 8;

/** A passage counts for at least this many bytes: its share of a segment's tables. */
const passageBytesMin = 256;

/** Share of dead passages from which a segment is written anew. */
const deadShareMax = 0.3;

/**
 * Ids of the adjacent segments to merge next, or undefined when no merge is worth its cost. Only
 * adjacent segments are merged, so that sequence ranges never overlap. With `isFull` the target is
 * as few segments as the size limit allows, and no dead passages.
 */
export function planMerge(
  segments: readonly SegmentSize[],
  { segmentBytesMax }: MergePolicy,
  { isFull }: { readonly isFull: boolean } = { isFull: false },
): readonly number[] | undefined {
  const bytesMax = segmentBytesMax;
  const emptied = segments.find(({ isBarrier, livePassages }) => !isBarrier && livePassages === 0);
  if (emptied !== undefined) return [emptied.id];
  if (isFull) return idsOf(firstRun(segments, fullRun(bytesMax)));
  // Small tiers first: their merges are cheap, and what they make takes part in the next tier.
  for (const sizeMax of [bytesMax / fanIn ** 2, bytesMax / fanIn, bytesMax / 2]) {
    const run = firstRun(segments, { bytesMax, sizeMax, countMin: fanIn, countMax: fanIn });
    if (run !== undefined) return idsOf(run);
  }
  const dead = segments.find(
    ({ isBarrier, ordinalCount, livePassages }) =>
      !isBarrier && livePassages < (1 - deadShareMax) * ordinalCount,
  );
  return dead && [dead.id];
}

/** The merges that `planMerge` would select one after the other, starting from these segments. */
export function countMerges(
  segments: readonly SegmentSize[],
  policy: MergePolicy,
  options: { readonly isFull: boolean },
): number {
  let sizes = [...segments];
  let count = 0;
  for (let ids = planMerge(sizes, policy, options); ids !== undefined; count += 1) {
    const run = sizes.filter(({ id }) => ids?.includes(id));
    const merged = run.reduce((sum, size) => ({
      ...size,
      livePassages: sum.livePassages + size.livePassages,
      liveBytes: sum.liveBytes + size.liveBytes,
    }));
    const made =
      merged.livePassages === 0 ? [] : [{ ...merged, ordinalCount: merged.livePassages }];
    sizes = sizes.flatMap((size) => {
      if (size.id === run[0]?.id) return made;
      return run.includes(size) ? [] : [size];
    });
    ids = planMerge(sizes, policy, options);
  }
  return count;
}

interface RunLimits {
  readonly bytesMax: number;
  readonly sizeMax: number;
  readonly countMin: number;
  readonly countMax: number;
  /** A run with enough deleted passages is always merged. */
  readonly dropsDead?: boolean;
}

function fullRun(bytesMax: number): RunLimits {
  return { bytesMax, sizeMax: Infinity, countMin: 2, countMax: 64, dropsDead: true };
}

/**
 * The first run of neighbors below `sizeMax` that has `countMin` segments, or that is as large as a
 * segment may be.
 */
function firstRun(
  segments: readonly SegmentSize[],
  { bytesMax, sizeMax, countMin, countMax, dropsDead = false }: RunLimits,
): SegmentSize[] | undefined {
  for (let start = 0; start < segments.length; start += 1) {
    const run: SegmentSize[] = [];
    let bytes = 0;
    let isFilled = false;
    for (const segment of segments.slice(start, start + countMax + 1)) {
      const size = sizeOf(segment);
      if (segment.isBarrier || size >= sizeMax) break;
      isFilled = run.length > 0 && bytes + size > bytesMax;
      if (isFilled || run.length === countMax) break;
      run.push(segment);
      bytes += size;
    }
    if (run.length >= countMin || (isFilled && run.length > 1)) return run;
    if (dropsDead && run.some(({ ordinalCount, livePassages }) => livePassages < ordinalCount))
      return run;
  }
  return undefined;
}

function sizeOf({ liveBytes, livePassages }: SegmentSize): number {
  return Math.max(liveBytes, livePassages * passageBytesMin);
}

function idsOf(run: readonly SegmentSize[] | undefined): readonly number[] | undefined {
  return run?.map(({ id }) => id);
}
