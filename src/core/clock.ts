// The clock is injected, so that tests and replays can control time.

/** Fractional milliseconds since a monotonic origin. */
export type Clock = () => number;
