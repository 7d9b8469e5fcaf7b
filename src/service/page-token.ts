// Page tokens: opaque to callers; they hold the last key of a page.

import { isUtf8 } from "node:buffer";
import { invalidField } from "../contract/validate.js";

/** First byte of every token: the version of its format. */
const tokenVersion = 1;

export function encodePageToken(afterKey: string): string {
  return Buffer.concat([Buffer.of(tokenVersion), Buffer.from(afterKey)]).toString("base64url");
}

/**
 * The key after which the page starts. Returns undefined for the first page. Throws INVALID_FIELD.
 */
export function decodePageToken(token: string): string | undefined {
  if (token === "") return undefined;
  const bytes = Buffer.from(token, "base64url");
  const key = bytes.subarray(1);
  const isOurs = bytes[0] === tokenVersion && key.length > 0 && isUtf8(key);
  // Node's decoder skips invalid base64; encoding again detects that.
  if (isOurs && bytes.toString("base64url") === token) return key.toString();
  throw invalidField(
    "page_token",
    "page_token is none that this server gave; send next_page_token",
  );
}
