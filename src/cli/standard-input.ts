// Documents from standard input. Unlike files, a pipe can be read only once.

import { importObjects } from "../importers/jsonl.js";
import type { ImportedDocument } from "../importers/jsonl.js";
import { createLineSplitter } from "../importers/lines.js";
import type { Mapping } from "../importers/mapping.js";

const name = "standard input";

/**
 * JSON Lines from `input` as they arrive, in batches; an invalid line yields an error. Holds one
 * block and one line in memory.
 */
export async function* readStandardInput(
  input: AsyncIterable<Buffer>,
  mapping: Mapping,
): AsyncGenerator<readonly ImportedDocument[], void, void> {
  const splitter = createLineSplitter(name);
  for await (const block of input) {
    yield importObjects(name, splitter.push(block), { name, mapping });
  }
  yield importObjects(name, splitter.end(), { name, mapping });
}
