// Search streams, read to their end and checked against the contract.

import { checked } from "../../src/client/stream-contract.js";
import type { ContractOptions, ContractUpdate } from "../../src/client/stream-contract.js";

/** Reads a stream to its end. */
export async function collect<Update extends ContractUpdate>(
  stream: AsyncIterable<Update>,
  options: ContractOptions,
): Promise<Update[]> {
  const updates: Update[] = [];
  for await (const update of checked(stream, options)) updates.push(update);
  return updates;
}
