// THREAD ENTRY. Generates passages in order, one batch per request message.

import { parentPort, workerData } from "node:worker_threads";
import { present } from "../../src/core/assert.js";
import { createPassageSource } from "./clustered-passages.js";
import type { PassageOptions } from "./clustered-passages.js";

const port = present(parentPort, "it runs as a thread");
const source = createPassageSource(workerData as PassageOptions);

port.on("message", ({ first, count }: { readonly first: number; readonly count: number }) => {
  const startMs = performance.now();
  const documents = Array.from({ length: count }, (_, i) => source.passage(first + i));
  const buffers = documents.flatMap(({ vectors }) => (vectors ? [vectors.bytes.buffer] : []));
  const madeMs = performance.now() - startMs;
  port.postMessage({ documents, madeMs }, buffers as ArrayBuffer[]);
});
