// Counts values of a JSON body while it is received, so that a body over its limits is never parsed.

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";

export interface JsonScan {
  /**
   * Scans the next bytes of the body. Throws LIMIT_EXCEEDED for `body` at the first excess; syntax
   * is left to the parser. O(bytes), most of a text at the speed of a search for its end.
   */
  add(bytes: Buffer): void;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** `valuesMax`: entries of lists and properties of objects in all. */
export function createJsonScan(valuesMax: number): JsonScan {
  let isInText = false;
  let isEscaped = false;
  let depth = 0;
  let valueCount = 0;
  /** Goes on behind the text that `at` is in; texts are most of a body with vectors. */
  const skipText = (bytes: Buffer, at: number): number => {
    if (isEscaped) {
      isEscaped = false;
      return at + 1;
    }
    const close = bytes.indexOf(quote, at);
    const end = close < 0 ? bytes.length : close;
    let escape = bytes.subarray(at, end).indexOf(backslash);
    while (escape >= 0) {
      at += escape + 2;
      if (at > end) {
        // The escaped character is the quote, or the first one of the next bytes.
        isEscaped = close < 0;
        return close < 0 ? end : at;
      }
      escape = bytes.subarray(at, end).indexOf(backslash);
    }
    isInText = close < 0;
    return end + 1;
  };
  return {
    add(bytes) {
      for (let at = 0; at < bytes.length;) {
        if (isInText) {
          at = skipText(bytes, at);
          continue;
        }
        const byte = bytes[at] ?? 0;
        at += 1;
        if (byte === quote) isInText = true;
        else if (byte === comma) valueCount += 1;
        else if (byte === openList || byte === openObject) {
          valueCount += 1;
          depth += 1;
          if (depth > limits.bodyDepthMax)
            throw excess(`the body is nested more than ${limits.bodyDepthMax} deep`);
        } else if (byte === closeList || byte === closeObject) depth -= 1;
      }
      if (valueCount > valuesMax)
        throw excess(`the body holds more than ${valuesMax} values; send less at once`);
    },
  };
}

function excess(message: string): SluiceError {
  return new SluiceError("LIMIT_EXCEEDED", message, { field: "body" });
}
