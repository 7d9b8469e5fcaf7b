// The end of a stream that ends itself.

export interface Settling {
  readonly finished: Promise<void>;
  /** Ends it: with success when `error` is undefined. Later calls change nothing. */
  settle(error: unknown): void;
}

export function createSettling(): Settling {
  let settle: Settling["settle"] = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    settle = (error) => {
      if (error === undefined) resolve();
      // Rejects with the original error, which the port classifies.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      else reject(error);
    };
  });
  return { finished, settle };
}
