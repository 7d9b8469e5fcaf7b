// Documents from standard input. A pipe cannot be looked at twice, as the reader of files does.

import { createInterface } from "node:readline";
import { TextDecoder } from "node:util";
import { toDocument } from "../importers/document-json.js";
import { importLine } from "../importers/jsonl.js";
import type { ImportedDocument } from "../importers/jsonl.js";
import { inputError } from "../importers/lines.js";
import type { InputLine } from "../importers/lines.js";

const name = "standard input";

/** JSON Lines from `input`, each as it comes; a faulty line comes as an error. Memory: one line. */
export async function* readDocumentsFrom(
  input: NodeJS.ReadableStream,
): AsyncGenerator<ImportedDocument, void, void> {
  // As latin1 each character is one byte: lines are split before anything is decoded.
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
