// A limit of one stage's own: its work is cancelled when it has run out, the search goes on.

import { createCancelFlag } from "../core/cancel-flag.js";
import type { SearchContext } from "./search-context.js";

export interface StageLimit<C> {
  /** What the stage works with: cancelled by the limit, and by whatever cancels the search. */
  readonly context: C;
  /** The limit has run out: an undefined result is due to it. */
  isOver(): boolean;
  /** `work`, or undefined when the limit runs out first: then nobody waits for it. */
  orOver<T>(work: Promise<T>): Promise<T | undefined>;
  /** `work`, or undefined after `onOver` when the limit runs out first: then nobody waits for it. */
  within<T>(work: Promise<T>, onOver: () => void): Promise<T | undefined>;
  /** The same updates and result; the stage is over when they are, also when nobody reads on. */
  endsWith<T, R>(updates: AsyncGenerator<T, R, void>): AsyncGenerator<T, R, void>;
  /** Call when the stage is over, however it ended. */
  end(): void;
}

export function limitStage<C extends SearchContext>(
  context: C,
  budgetMs: number | undefined,
): StageLimit<C> {
  if (budgetMs === undefined)
    return {
      context,
      isOver: () => false,
      orOver: (work) => work,
      within: (work) => work,
      endsWith: (updates) => updates,
      end: () => undefined,
    };
  const flag = createCancelFlag(context.signal);
  let isOver = false;
  let tell = (): void => undefined;
  const over = new Promise<undefined>((resolve) => {
    tell = () => resolve(undefined);
  });
  const expire = (): void => {
    isOver = true;
    flag.raise();
    tell();
  };
  const timer = budgetMs === 0 ? undefined : setTimeout(expire, budgetMs);
  if (timer === undefined) expire();
  const end = (): void => {
    clearTimeout(timer);
    flag.raise();
  };
  return {
    context: { ...context, cancel: flag.shared },
    isOver: () => isOver,
    orOver: (work) => Promise.race([over, work]),
    async within(work, onOver) {
      const ended = work.then((value) => ({ value }));
      const first = await Promise.race([over, ended]).finally(end);
      if (first === undefined) onOver();
      return first?.value;
    },
    async *endsWith(updates) {
      try {
        return yield* updates;
      } finally {
        end();
      }
    },
    end,
  };
}
