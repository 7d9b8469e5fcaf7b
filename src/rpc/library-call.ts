// Access to parts of a grpc-js call that have no public interface: messages before they are complete,
// and their decompression. The library sets no limit on either. Its version is exact in package.json,
// and a start fails when these parts are not as expected.

import type { ServerHttp2Stream } from "node:http2";
import { createGunzip, createInflate } from "node:zlib";
import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { assert } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import type { RpcStatus } from "./status.js";

/** The library's own call, the innermost of its interceptors. */
export interface LibraryCall extends ServerInterceptingCallInterface {
  readonly stream: ServerHttp2Stream;
  /** Returns the framed messages completed by these bytes. */
  decoder: { write(data: Buffer): Buffer[] };
  /** Passes received bytes through the decoder. */
  handleDataFrame(data: Buffer): void;
  /** Returns the bytes of a framed message; rejects with a status. */
  decompressMessage(message: Buffer, encoding: string): Buffer | Promise<Buffer>;
}

export function libraryCall(call: ServerInterceptingCallInterface): LibraryCall {
  assert(isLibraryCall(call), "grpc-js has the call that src/rpc/library-call.ts knows");
  return call;
}

function isLibraryCall(call: ServerInterceptingCallInterface): call is LibraryCall {
  const { stream, decoder, handleDataFrame, decompressMessage } = call as Partial<LibraryCall>;
  return (
    typeof decoder?.write === "function" &&
    typeof stream?.close === "function" &&
    typeof handleDataFrame === "function" &&
    typeof decompressMessage === "function"
  );
}

/** Memory budget: `add` before bytes are held, `remove` after they are released. */
export interface ByteAccount {
  add(byteCount: number): boolean;
  remove(byteCount: number): void;
}

const frameHeadBytes = 5;

/**
 * The bytes of a framed message, decompressed within the account's budget. Rejects with the status
 * of OVERLOADED when the budget is exhausted, of LIMIT_EXCEEDED above `bytesMax`, and of
 * INVALID_FIELD for invalid compressed data.
 */
export function messageBytes(
  framed: Buffer,
  encoding: string,
  limits: {
    readonly account: ByteAccount;
    readonly bytesMax: number;
    readonly refuse: (error: SluiceError) => RpcStatus;
  },
): Buffer | Promise<Buffer> {
  const body = framed.subarray(frameHeadBytes);
  if (encoding === "identity") return body;
  const { account, bytesMax, refuse } = limits;
  return new Promise((resolve, reject) => {
    const unzip = encoding === "gzip" ? createGunzip({ chunkSize }) : createInflate({ chunkSize });
    const parts: Buffer[] = [];
    let byteCount = 0;
    const fail = (error: SluiceError): void => {
      unzip.destroy();
      account.remove(byteCount);
      parts.length = 0;
      byteCount = 0;
      // The library forwards a status unchanged.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(refuse(error));
    };
    unzip.on("error", () => {
      fail(new SluiceError("INVALID_FIELD", `the message is not ${encoding}`));
    });
    unzip.on("data", (part: Buffer) => {
      if (byteCount + part.length > bytesMax) {
        const message = `the message has more than ${bytesMax} bytes once it is decompressed; send less`;
        fail(new SluiceError("LIMIT_EXCEEDED", message));
      } else if (!account.add(part.length)) {
        fail(overBudget());
      } else {
        byteCount += part.length;
        parts.push(part);
      }
    });
    unzip.on("end", () => {
      account.remove(framed.length);
      resolve(Buffer.concat(parts));
    });
    unzip.end(body);
  });
}

/** Output chunk size of decompression, bytes. */
const chunkSize = 64 * 1024;

export function overBudget(): SluiceError {
  return new SluiceError(
    "OVERLOADED",
    "requests that are under way fill the memory that is set apart for them",
  );
}
