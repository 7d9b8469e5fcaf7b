// The end of a stream.

import { present } from "./assert.js";

/** The last item of a stream that has one, as every stream of updates does unless it throws. */
export async function lastOf<T>(items: AsyncIterable<T>): Promise<T> {
  let last: T | undefined;
  for await (const item of items) last = item;
  return present(last, "a stream that ends well has a final update");
}
