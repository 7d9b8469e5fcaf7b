// Generates passages in a separate thread, so that this does not slow down the write path.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Document } from "../../src/core/document.js";
import type { PassageOptions } from "./clustered-passages.js";

export interface PassageStream {
  /** Passages [0, count) in order. */
  readonly batches: AsyncGenerator<readonly Document[], void, void>;
  /** Time spent on generating so far. */
  madeMs(): number;
}

interface Made {
  readonly documents: readonly Document[];
  readonly madeMs: number;
}

const batchCount = 128;

export function streamPassages(options: PassageOptions, count: number): PassageStream {
  let madeMs = 0;
  return { batches: makeBatches(), madeMs: () => madeMs };

  async function* makeBatches(): AsyncGenerator<readonly Document[], void, void> {
    const worker = new Worker(new URL("./passage.worker.js", import.meta.url), {
      workerData: options,
    });
    const ask = async (first: number): Promise<Made> => {
      worker.postMessage({ first, count: Math.min(batchCount, count - first) });
      const [made] = (await once(worker, "message")) as [Made];
      return made;
    };
    try {
      // One batch is generated while the previous one is stored.
      let next = ask(0);
      for (let first = 0; first < count; first += batchCount) {
        const made = await next;
        if (first + batchCount < count) next = ask(first + batchCount);
        madeMs += made.madeMs;
        yield made.documents;
      }
    } finally {
      await worker.terminate();
    }
  }
}
