// Reads the progress of a long job on the server.

import type { Progress__Output } from "../gen/proto/sluice/v1/Progress.js";
import { toClientError } from "./client-error.js";
import type { ClientProgress } from "./types.js";

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
