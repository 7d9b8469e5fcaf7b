// Worker of worker-case.ts: scores random passages of LMDB segments and posts passages per second.

import { parentPort, workerData } from "node:worker_threads";
import { open } from "lmdb";
import { rowBytes } from "../../src/kernels/kernels.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { queryOf } from "./cases.js";
import { bestTime, indices } from "./kernel-figure.js";
import { segmentBytes, type WorkerCase } from "./worker-case.js";

const batchCount = 200;
const given = workerData as WorkerCase;
const { dim, bits, passageRows, segmentCount } = given;
const { kernels } = loadKernels(given.isa);
const database = open({ path: given.path, encoding: "binary", readOnly: true });
/** The declared type lacks options that the method accepts. */
interface FastReads {
  getBinaryFast(key: number, options: object): Buffer | undefined;
}
const reads = database as unknown as FastReads;
// Views of the map are valid only while their read transaction is open.
const transaction = database.useReadTransaction();
const segments = Array.from({ length: segmentCount }, (_, key) => {
  const bytes = reads.getBinaryFast(key, { transaction });
  if (bytes === undefined) throw new Error(`segment ${key} is missing`);
  return bytes;
});
const passageTotal = Math.floor(segmentBytes / (passageRows * rowBytes(dim, bits)));
const tokenOffsets = Uint32Array.from({ length: passageTotal + 1 }, (_, i) => i * passageRows);
const emptyBytes = new Uint8Array(0);
const query = queryOf(given.queryRows, dim);
const scores = new Float32Array(batchCount);
const passages = new Uint32Array(batchCount);
const anyPassage = indices(passageTotal);
const anySegment = indices(segmentCount);

const time = bestTime(() => {
  const bytes = segments[anySegment()] ?? emptyBytes;
  for (let i = 0; i < batchCount; i += 1) passages[i] = anyPassage();
  kernels.maxSimBatch(query, { bytes, dim, bits }, tokenOffsets, passages, scores);
}, given.seconds);
transaction.done();
await database.close();
parentPort?.postMessage(batchCount / time);
