// Keeps a drop, or the end of the server, waiting for work on a collection's store.

import type { OpenCollection } from "./open-collection.js";

/** Until `end` is called, exactly once. Such work is short, or ends by itself. */
export function holdOpen({ searches }: OpenCollection): { end: () => void } {
  const controller = new AbortController();
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  searches.set(controller, ended);
  return {
    end() {
      searches.delete(controller);
      end();
    },
  };
}
