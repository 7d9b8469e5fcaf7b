// Reads the body and the caller of a request.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Caller } from "../access/caller.js";
import { isSluiceError, SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { boundsOf } from "./exchange-bounds.js";
import { invalidField } from "../contract/validate.js";
import { createJsonScan } from "./json-scan.js";

/** Route and caller, from the headers and the connection. */
export function callerOf(
  request: IncomingMessage,
  route: Pick<Caller, "operation" | "requirement">,
): Caller {
  const { headers, socket } = request;
  const named = headers["x-sluice-client"];
  return {
    ...route,
    via: "http",
    authorization: headers.authorization,
    peer: boundsOf(request).peer,
    client: typeof named === "string" ? named : "",
    certificate: certificateName(socket),
  };
}

/** Client certificate that TLS has verified. */
function certificateName(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  // Node returns an empty object when there is no certificate.
  const certificate: { readonly subject?: { readonly CN?: string | string[] } } =
    socket.getPeerCertificate();
  return certificate.subject?.CN?.toString();
}

/**
 * The whole body as text, counted while it is received. Throws LIMIT_EXCEEDED above `bytesMax`
 * bytes or `valuesMax` values of JSON, OVERLOADED when requests fill the budget, INVALID_FIELD for
 * bytes that are not UTF-8, DEADLINE_EXCEEDED after `limits.stalledRequestMs`. Async iteration is not used, since stopping it early would destroy the
 * connection.
 */
export function readBody(request: IncomingMessage, at: BodyLimits): Promise<string> {
  const { hold } = boundsOf(request);
  const scan = createJsonScan(at.valuesMax);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return new Promise((resolve, reject) => {
    const parts: string[] = [];
    let byteCount = 0;
    const timer = setTimeout(() => fail(tooSlow()), limits.stalledRequestMs);
    const fail = (error: SluiceError): void => {
      clearTimeout(timer);
      request.pause();
      request.removeListener("data", receive);
      parts.length = 0;
      reject(error);
    };
    const decode = (bytes?: Buffer): void => {
      try {
        if (bytes !== undefined) scan.add(bytes);
        parts.push(decoder.decode(bytes, { stream: bytes !== undefined }));
      } catch (error) {
        fail(isSluiceError(error) ? error : invalidField("body", "the body is not JSON in UTF-8"));
      }
    };
    const receive = (bytes: Buffer): void => {
      byteCount += bytes.length;
      if (byteCount > at.bytesMax) fail(tooLarge(at.bytesMax));
      else if (!hold.add(bytes.length)) fail(overBudget());
      else decode(bytes);
    };
    if (Number(request.headers["content-length"] ?? 0) > at.bytesMax) {
      fail(tooLarge(at.bytesMax));
      return;
    }
    request.on("data", receive);
    request.on("end", () => {
      clearTimeout(timer);
      decode();
      resolve(parts.join(""));
    });
    request.on("error", reject);
    request.on("close", () => {
      clearTimeout(timer);
      reject(new SluiceError("CANCELLED", "the caller left"));
    });
  });
}

export const smallBody = {
  bytesMax: limits.searchBodyBytesMax,
  valuesMax: limits.bodyValuesMax,
} satisfies BodyLimits;
export const largeBody = {
  bytesMax: limits.bodyBytesMax,
  valuesMax: limits.bodyValuesMax,
} satisfies BodyLimits;

export interface BodyLimits {
  readonly bytesMax: number;
  /** Entries of lists and properties of objects in all. */
  readonly valuesMax: number;
}

function tooLarge(bytesMax: number): SluiceError {
  const message = `the body is larger than ${bytesMax} bytes; send less`;
  return new SluiceError("LIMIT_EXCEEDED", message, { field: "body" });
}

function tooSlow(): SluiceError {
  const message = `the body did not arrive within ${limits.stalledRequestMs} ms`;
  return new SluiceError("DEADLINE_EXCEEDED", message, { field: "body" });
}

function overBudget(): SluiceError {
  const message = "requests in flight fill the memory that is set apart for them";
  return new SluiceError("OVERLOADED", message);
}
