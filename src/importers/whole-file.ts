// Files that are read whole: one document, or a few, for each.

import { isUtf8 } from "node:buffer";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { createDecoder, readBlocks } from "./file-blocks.js";
import type { FileOptions } from "./file-blocks.js";
import { InputError, messageOf } from "./input-error.js";
import type { ImportedDocument, ReadOptions } from "./jsonl.js";

/**
 * Calls `convert` with the content of a file and returns what it does, or the fault of the file,
 * which is then its only item: also when it cannot be opened.
 */
export async function importWhole(
  path: string,
  options: ReadOptions,
  convert: (content: Buffer) => readonly ImportedDocument[] | Promise<readonly ImportedDocument[]>,
): Promise<readonly ImportedDocument[]> {
  try {
    return await convert(await readContent(path, options));
  } catch (cause) {
    if (cause instanceof InputError) return [{ error: cause, line: 1 }];
    if (!(cause instanceof SluiceError)) throw cause;
    return [{ error: new InputError(path, cause.message, cause), line: 1 }];
  }
}

/** The content as text. Throws INVALID_INPUT_FILE when it is not UTF-8. */
export function toUtf8(content: Buffer): string {
  if (isUtf8(content)) return content.toString("utf8");
  throw new SluiceError(
    "INVALID_INPUT_FILE",
    "is not valid UTF-8; name the encoding, such as windows-1252",
  );
}

/** Text of another encoding as UTF-8. Throws INVALID_INPUT_FILE when it is not of that encoding. */
export function recode(content: Buffer, encoding: string): string {
  try {
    return createDecoder(encoding).decode(content);
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new SluiceError("INVALID_INPUT_FILE", `is not text of ${encoding}`, { cause });
  }
}

async function readContent(path: string, options: FileOptions): Promise<Buffer> {
  const blocks: Buffer[] = [];
  let byteCount = 0;
  try {
    for await (const block of readBlocks(path, options)) {
      byteCount += block.length;
      if (byteCount > limits.inputLineBytesMax) break;
      blocks.push(block);
    }
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new InputError(path, `cannot be read: ${messageOf(cause)}`, cause);
  }
  if (byteCount <= limits.inputLineBytesMax) return Buffer.concat(blocks, byteCount);
  throw new InputError(path, `is longer than ${limits.inputLineBytesMax} bytes; split it`);
}
