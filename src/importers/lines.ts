// Reads a text file line by line, plain or gzip, whatever its format.

import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";

/** A line without its terminator, or its fault. Lines are numbered from 1. */
export type InputLine =
  | { readonly text: string; readonly error?: undefined; readonly line: number }
  | { readonly error: SluiceError; readonly text?: undefined; readonly line: number };

/**
 * The lines of a UTF-8 file, in order, without a byte order mark and carriage returns. Gzip is
 * detected by the first bytes. A line that is not UTF-8 or exceeds `limits.inputLineBytesMax` is
 * returned as an error, and reading continues; damaged gzip data is returned as an error and ends
 * the file. Throws INVALID_INPUT_FILE when the file cannot be opened. Holds one line and one block
 * in memory. Stopping early closes the file.
 */
export async function* readLines(path: string): AsyncGenerator<InputLine, void, void> {
  const file = await openFile(path);
  let line = 1;
  try {
    const splitter = createSplitter();
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const decode = (bytes: Uint8Array | undefined): InputLine => {
      const at = line;
      line += 1;
      return decodeLine(bytes, { path, line: at, decoder });
    };
    for await (const block of await openBlocks(file)) {
      for (const bytes of splitter.push(block)) yield decode(bytes);
    }
    const rest = splitter.end();
    if (rest !== null) yield decode(rest);
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    yield { error: inputError(path, line, `cannot be read: ${messageOf(cause)}`, cause), line };
  } finally {
    await file.close();
  }
}

/** The error of one line: `corpus.jsonl:12: ...`. */
export function inputError(
  path: string,
  line: number,
  fault: string,
  cause?: unknown,
): SluiceError {
  return new SluiceError("INVALID_INPUT_FILE", `${path}:${line}: ${fault}`, { cause });
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, "r");
    if ((await file.stat()).isDirectory()) {
      await file.close();
      throw new SluiceError("INVALID_INPUT_FILE", `${path}: is a folder, expected a file`);
    }
    return file;
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new SluiceError("INVALID_INPUT_FILE", `${path}: cannot be opened: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function openBlocks(file: FileHandle): Promise<AsyncIterable<Buffer>> {
  const magic = Buffer.alloc(2);
  const { bytesRead } = await file.read(magic, 0, 2, 0);
  const raw: Readable = file.createReadStream({
    start: 0,
    autoClose: false,
    highWaterMark: 1 << 18,
  });
  if (bytesRead < 2 || magic.readUInt16BE(0) !== 0x1f8b) return raw;
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  raw.on("error", (error) => gunzip.destroy(error));
  gunzip.on("close", () => raw.destroy());
  return raw.pipe(gunzip);
}

interface Splitter {
  /** Lines that end in this block; undefined stands for one that was too long. */
  push(block: Buffer): Generator<Uint8Array | undefined, void, void>;
  /** The last line if it has no terminator; null when there is none. */
  end(): Uint8Array | undefined | null;
}

function createSplitter(): Splitter {
  let parts: Buffer[] = [];
  let heldBytes = 0;
  let isTooLong = false;
  const hold = (part: Buffer): void => {
    if (part.length === 0 || isTooLong) return;
    heldBytes += part.length;
    isTooLong = heldBytes > limits.inputLineBytesMax;
    if (isTooLong) parts = [];
    else parts.push(part);
  };
  const take = (): Uint8Array | undefined => {
    const line = isTooLong ? undefined : parts.length === 1 ? parts[0] : Buffer.concat(parts);
    parts = [];
    heldBytes = 0;
    isTooLong = false;
    return line;
  };
  return {
    *push(block) {
      let start = 0;
      for (;;) {
        const end = block.indexOf(0x0a, start);
        if (end < 0) break;
        hold(block.subarray(start, end));
        yield take();
        start = end + 1;
      }
      hold(block.subarray(start));
    },
    end: () => (heldBytes > 0 ? take() : null),
  };
}

function decodeLine(
  bytes: Uint8Array | undefined,
  context: { path: string; line: number; decoder: TextDecoder },
): InputLine {
  const { path, line, decoder } = context;
  if (bytes === undefined) {
    const fault = `is longer than ${limits.inputLineBytesMax} bytes; split it`;
    return { error: inputError(path, line, fault), line };
  }
  try {
    let text = decoder.decode(bytes);
    if (line === 1 && text.startsWith("\ufeff")) text = text.slice(1);
    return { text: text.endsWith("\r") ? text.slice(0, -1) : text, line };
  } catch (cause) {
    return { error: inputError(path, line, "is not valid UTF-8", cause), line };
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
