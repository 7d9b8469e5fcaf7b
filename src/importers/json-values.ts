// Splits a file of JSON that is not one object a line: the elements of an array, or objects one
// after the other, however they are indented.

import { isUtf8 } from "node:buffer";
import { limits } from "../core/limits.js";
import { readBlocks } from "./file-blocks.js";
import type { FileOptions } from "./file-blocks.js";
import { inputError, messageOf } from "./input-error.js";
import { importObjects } from "./jsonl.js";
import type { ImportedDocument, ReadOptions } from "./jsonl.js";
import { createHeldBytes } from "./lines.js";
import type { InputLine } from "./lines.js";

/**
 * The documents of a .json file, plain or gzip, in order and in batches. An invalid value is
 * returned as an error with its first line. Throws INVALID_INPUT_FILE when the file cannot be
 * opened. Holds one block and one value in memory.
 */
export async function* readJsonValues(
  path: string,
  options: ReadOptions,
): AsyncGenerator<readonly ImportedDocument[], void, void> {
  for await (const values of splitFile(path, options)) yield importObjects(path, values, options);
}

async function* splitFile(
  path: string,
  options: FileOptions,
): AsyncGenerator<readonly InputLine[], void, void> {
  const splitter = createJsonSplitter(path);
  try {
    for await (const block of readBlocks(path, options)) yield splitter.push(block);
  } catch (cause) {
    yield [splitter.fail(`cannot be read: ${messageOf(cause)}`, cause)];
    return;
  }
  yield splitter.end();
}

export interface JsonSplitter {
  /** The texts of the values that end in this block, with the lines they begin at. */
  push(block: Buffer): readonly InputLine[];
  /** The fault of a value or an array that the end of the file interrupts. */
  end(): readonly InputLine[];
  /** A fault at the present line. */
  fail(fault: string, cause?: unknown): InputLine;
}

const newline = 0x0a;
const space = 0x20;

/** `name`: of the file, for errors. The values are checked by who parses them. */
export function createJsonSplitter(name: string): JsonSplitter {
  const held = createHeldBytes();
  const scanner = createScanner();
  let values: InputLine[] = [];
  let line = 1;
  /** Line at which the present value begins; 0 between values. */
  let start = 0;
  const fail = (fault: string, cause?: unknown): InputLine => {
    const at = start === 0 ? line : start;
    return { error: inputError(name, at, fault, cause), line: at };
  };
  const toValue = (bytes: Buffer | undefined): InputLine => {
    if (bytes === undefined)
      return fail(`is longer than ${limits.inputLineBytesMax} bytes; split it`);
    if (!isUtf8(bytes)) return fail("is not valid UTF-8; name the encoding, such as windows-1252");
    return { text: bytes.toString("utf8"), line: start };
  };
  const endValue = (rest: Buffer): void => {
    held.add(rest);
    const bytes = held.take();
    if (start > 0) values.push(toValue(bytes));
    start = 0;
  };
  return {
    push(block) {
      values = [];
      let from = 0;
      for (let at = 0; at < block.length; at += 1) {
        const byte = block[at] ?? 0;
        const role = scanner.step(byte);
        if (byte === newline) line += 1;
        else if (start === 0 && byte > space && role !== "separator") start = line;
        if (role === "part") continue;
        endValue(block.subarray(from, role === "last" ? at + 1 : at));
        from = at + 1;
      }
      held.add(block.subarray(from));
      return values;
    },
    end() {
      if (start === 0 && !scanner.isInArray()) return [];
      return [fail(`the ${scanner.isInArray() ? "array" : "value"} is not closed`)];
    },
    fail,
  };
}

/** `last`: byte of a value; `separator`: between two values, or a bracket around all. */
type ByteRole = "part" | "last" | "separator";

interface Scanner {
  step(byte: number): ByteRole;
  isInArray(): boolean;
}

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Finds where values end by brackets and strings alone. */
function createScanner(): Scanner {
  let depth = 0;
  let isInArray = false;
  let isInString = false;
  let isEscaped = false;
  const close = (): ByteRole => {
    depth -= 1;
    if (depth > 0) return "part";
    depth = 0;
    if (!isInArray) return "last";
    isInArray = false;
    return "separator";
  };
  return {
    step(byte) {
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) isInString = false;
        return "part";
      }
      if (byte === quote) isInString = true;
      else if (byte === closeBrace || byte === closeBracket) return close();
      else if (byte === comma) return isInArray && depth === 1 ? "separator" : "part";
      else if (byte === openBrace || byte === openBracket) {
        depth += 1;
        if (depth > 1 || byte === openBrace) return "part";
        isInArray = true;
        return "separator";
      }
      return "part";
    },
    isInArray: () => isInArray,
  };
}
