// Time is handed in, so that tests and replays can hand in their own.

/** Milliseconds from a monotonic origin, with a fraction. */
export type Clock = () => number;
