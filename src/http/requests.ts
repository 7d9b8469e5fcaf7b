// What handlers read of a request: its body, and whose it is.

import type { IncomingMessage } from "node:http";
import { SluiceError } from "../core/errors.js";

/** As over gRPC: the name that the client gives itself, else its address. */
export function clientOf({ headers, socket }: IncomingMessage): string | undefined {
  const named = headers["x-sluice-client"];
  return typeof named === "string" ? named : socket.remoteAddress;
}

/**
 * The whole body; throws LIMIT_EXCEEDED above `bytesMax` bytes. Not by iteration, which would tear the connection down when it stops early.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let byteCount = 0;
    request.on("data", (chunk: Buffer) => {
      byteCount += chunk.length;
      if (byteCount <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      const message = `the body is larger than ${bytesMax} bytes; send less`;
      reject(new SluiceError("LIMIT_EXCEEDED", message, { field: "body" }));
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => reject(new SluiceError("CANCELLED", "the caller left")));
  });
}
