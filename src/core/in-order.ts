// Bounded concurrency with results in the order of the inputs.

/**
 * Calls `run` for each input in turn and yields its promises in that order. At most `inFlightMax`
 * promises exist that were not yielded yet. One that rejects and is never awaited, because the caller
 * stopped early, is no unhandled rejection.
 */
export function* runInOrder<Input, Result>(
  inputs: Iterable<Input>,
  inFlightMax: number,
  run: (input: Input) => Promise<Result>,
): Generator<Promise<Result>, void, void> {
  const inFlight: Promise<Result>[] = [];
  for (const input of inputs) {
    const result = run(input);
    result.catch(() => undefined);
    inFlight.push(result);
    if (inFlight.length < inFlightMax) continue;
    const next = inFlight.shift();
    if (next !== undefined) yield next;
  }
  yield* inFlight;
}

/** Indexes of the first item of each batch: 0, batchSize, 2 * batchSize, ... below `count`. */
export function* batchStarts(count: number, batchSize: number): Generator<number, void, void> {
  for (let start = 0; start < count; start += batchSize) yield start;
}
