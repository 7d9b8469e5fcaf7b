// Counts values of a JSON body while it is received, so that a body over its limits is never parsed.

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";

export interface JsonScan {
  /**
   * Scans the next bytes of the body. Throws LIMIT_EXCEEDED for `body` at the first excess; syntax
   * is left to the parser. O(bytes), about 1 ns each.
   */
  add(bytes: Uint8Array): void;
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
  return {
    add(bytes) {
      for (const byte of bytes) {
        if (isInText) {
          if (isEscaped) isEscaped = false;
          else if (byte === backslash) isEscaped = true;
          else if (byte === quote) isInText = false;
          continue;
        }
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
