// The budget of one stage: when it is spent, the stage is cancelled and the search continues.

import { createCancelFlag } from "../core/cancel-flag.js";
import type { SearchDeps } from "./search-deps.js";

export interface StageLimit<Deps> {
  /** Dependencies of the stage: cancelled by the limit, and by whatever cancels the search. */
  readonly deps: Deps;
  /** The limit has run out: it is the cause of an undefined result. */
  isOver(): boolean;
  /** The result of `work`, or undefined when the limit is reached first; the work is no longer awaited. */
  orOver<T>(work: Promise<T>): Promise<T | undefined>;
  /**
   * The same; `onOver` is called before undefined is returned.
   */
  within<T>(work: Promise<T>, onOver: () => void): Promise<T | undefined>;
  /** The same result; the stage is over when it is there. */
  endsWith<T>(result: Promise<T>): Promise<T>;
  /** Call when the stage is over, however it ended. */
  end(): void;
}

export function limitStage<Deps extends SearchDeps>(
  deps: Deps,
  budgetMs: number | undefined,
): StageLimit<Deps> {
  if (budgetMs === undefined)
    return {
      deps,
      isOver: () => false,
      orOver: (work) => work,
      within: (work) => work,
      endsWith: (result) => result,
      end: () => undefined,
    };
  const flag = createCancelFlag(deps.signal);
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
    deps: { ...deps, cancel: flag.shared },
    isOver: () => isOver,
    orOver: (work) => Promise.race([over, work]),
    async within(work, onOver) {
      const ended = work.then((value) => ({ value }));
      const first = await Promise.race([over, ended]).finally(end);
      if (first === undefined) onOver();
      return first?.value;
    },
    endsWith: (result) => result.finally(end),
    end,
  };
}
