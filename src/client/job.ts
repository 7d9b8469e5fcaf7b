// Reads the progress of a long job on the server.

import type { CollectionServiceOptimizeResponse__Output } from "../gen/proto/sluice/v1/CollectionServiceOptimizeResponse.js";
import type { Progress__Output } from "../gen/proto/sluice/v1/Progress.js";
import { toClientError } from "./client-error.js";
import type { ClientOptimizeProgress, ClientProgress } from "./types.js";

/** Throws SluiceClientError when the job fails or the stream breaks. */
export async function* followJob<Response extends { readonly progress: Progress__Output | null }>(
  responses: AsyncIterable<Response> & { cancel(): void },
  onFinished: (response: Response) => void = () => undefined,
): AsyncGenerator<ClientProgress, void, void> {
  try {
    for await (const response of responses) {
      const { progress } = response;
      if (progress === null) continue;
      const { step, done, total, finished: isFinished } = progress;
      if (isFinished) onFinished(response);
      yield { step, done: Number(done), total: Number(total), isFinished };
    }
  } catch (error) {
    throw toClientError(error);
  } finally {
    responses.cancel();
  }
}

export async function* followOptimize(
  responses: AsyncIterable<CollectionServiceOptimizeResponse__Output> & { cancel(): void },
): AsyncGenerator<ClientOptimizeProgress, void, void> {
  let bytes = {};
  const job = followJob(responses, ({ disk_bytes_before: before, disk_bytes_after: after }) => {
    bytes = { bytesBefore: Number(before), bytesAfter: Number(after) };
  });
  for await (const progress of job) yield { ...progress, ...bytes };
}
