// Reads a text file line by line, plain or gzip, whatever its format.

import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { readBlocks } from "./file-blocks.js";
import type { FileOptions } from "./file-blocks.js";
import { inputError, messageOf } from "./input-error.js";
import type { InputError } from "./input-error.js";

/** A line without its terminator, or its fault. Lines are numbered from 1. */
export type InputLine =
  | { readonly text: string; readonly error?: undefined; readonly line: number }
  | { readonly error: InputError; readonly text?: undefined; readonly line: number };

/**
 * The lines of a file, in order, without a byte order mark and carriage returns; those that end in
 * one block of the file form a batch. A line that is not UTF-8 or exceeds
 * `limits.inputLineBytesMax` is returned as an error, and reading continues; damaged gzip data, or
 * text that is not of the declared encoding, is returned as an error and ends the file. Throws
 * INVALID_INPUT_FILE when the file cannot be opened. Holds one line and one block in memory.
 * Stopping early closes the file.
 */
export async function* readLineBatches(
  path: string,
  options: FileOptions = {},
): AsyncGenerator<readonly InputLine[], void, void> {
  const splitter = createLineSplitter(path);
  try {
    for await (const block of readBlocks(path, options)) {
      const lines = splitter.push(block);
      if (lines.length > 0) yield lines;
    }
    const rest = splitter.end();
    if (rest.length > 0) yield rest;
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    yield [splitter.fail(`cannot be read: ${messageOf(cause)}`, cause)];
  }
}

/** The lines of `readLineBatches`, one by one. */
export async function* readLines(path: string): AsyncGenerator<InputLine, void, void> {
  for await (const lines of readLineBatches(path)) yield* lines;
}

export interface LineSplitter {
  /** The lines that end in this block. */
  push(block: Buffer): readonly InputLine[];
  /** The last line, if it has no terminator. */
  end(): readonly InputLine[];
  /** The next line as an error. */
  fail(fault: string, cause?: unknown): InputLine;
}

/** `name`: of the file, for its errors. */
export function createLineSplitter(name: string): LineSplitter {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let line = 1;
  const fail = (fault: string, cause?: unknown): InputLine => {
    const at = line;
    line += 1;
    return { error: inputError(name, at, fault, cause), line: at };
  };
  const decodeLine = (bytes: Uint8Array): InputLine => {
    try {
      const text = withoutReturn(decoder.decode(bytes));
      line += 1;
      return { text, line: line - 1 };
    } catch (cause) {
      return fail("is not valid UTF-8; name the encoding, such as windows-1252", cause);
    }
  };
  const held = createHeldBytes();
  const takeHeld = (): InputLine => {
    const bytes = held.take();
    const fault = `is longer than ${limits.inputLineBytesMax} bytes; split it`;
    return bytes === undefined ? fail(fault) : decodeLine(bytes);
  };
  const pushWhole = (bytes: Buffer, lines: InputLine[]): void => {
    if (isUtf8(bytes)) {
      for (const text of bytes.toString("utf8").split("\n")) {
        lines.push({ text: withoutReturn(text), line });
        line += 1;
      }
      return;
    }
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      lines.push(decodeLine(bytes.subarray(start, end)));
      start = end + 1;
    }
    lines.push(decodeLine(bytes.subarray(start)));
  };
  return {
    push(block) {
      const lines: InputLine[] = [];
      const last = block.lastIndexOf(10);
      let start = 0;
      if (last >= 0 && !held.isEmpty()) {
        start = block.indexOf(10) + 1;
        held.add(block.subarray(0, start - 1));
        lines.push(takeHeld());
      }
      if (start <= last) pushWhole(block.subarray(start, last), lines);
      held.add(block.subarray(last + 1));
      return lines;
    },
    end: () => (held.isEmpty() ? [] : [takeHeld()]),
    fail,
  };
}

export interface HeldBytes {
  add(part: Buffer): void;
  isEmpty(): boolean;
  /** The bytes since the last call; undefined when they were too many to hold. */
  take(): Buffer | undefined;
}

/** The beginning of a line or value whose end is in a later block. */
export function createHeldBytes(): HeldBytes {
  let parts: Buffer[] = [];
  let byteCount = 0;
  return {
    add(part) {
      byteCount += part.length;
      if (byteCount > limits.inputLineBytesMax) parts = [];
      else if (part.length > 0) parts.push(part);
    },
    isEmpty: () => byteCount === 0,
    take() {
      const bytes = byteCount > limits.inputLineBytesMax ? undefined : Buffer.concat(parts);
      parts = [];
      byteCount = 0;
      return bytes;
    },
  };
}

function withoutReturn(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}
