// Documents from standard input. Unlike files, a pipe can be read only once.

import { createInterface } from "node:readline";
import { TextDecoder } from "node:util";
import { toDocument } from "../importers/document-json.js";
import { importLine } from "../importers/jsonl.js";
import type { ImportedDocument } from "../importers/jsonl.js";
import { inputError } from "../importers/lines.js";
import type { InputLine } from "../importers/lines.js";

const name = "standard input";

/**
 * JSON Lines from `input` as they arrive; an invalid line yields an error. Holds one line in
 * memory.
 */
export async function* readDocumentsFrom(
  input: NodeJS.ReadableStream,
): AsyncGenerator<ImportedDocument, void, void> {
  // In latin1 each character is one byte, so lines are split before they are decoded.
  input.setEncoding("latin1");
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 0;
  for await (const bytes of createInterface({ input, crlfDelay: Infinity })) {
    line += 1;
    const item = importLine(name, decodeLine(decoder, bytes, line), toDocument);
    if (item === undefined) continue;
    yield item.error === undefined ? { document: item.value, line } : item;
  }
}

function decodeLine(decoder: TextDecoder, bytes: string, line: number): InputLine {
  try {
    return { text: decoder.decode(Buffer.from(bytes, "latin1")), line };
  } catch (cause) {
    return { error: inputError(name, line, "is not valid UTF-8", cause), line };
  }
}
