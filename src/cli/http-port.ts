// Reads from the HTTP port of a server.

import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { SluiceError } from "../core/errors.js";

export interface HttpAddress {
  /** Such as `http://127.0.0.1:7312`. */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly authorityFile?: string | undefined;
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

const timeoutMs = 10_000;
const bytesMax = 64 * 1024 * 1024;

/**
 * The text at a path of the HTTP port. Throws NOT_READY when it cannot be reached,
 * UNAUTHENTICATED and PERMISSION_DENIED.
 */
export function readPath(address: HttpAddress, path: string): Promise<string> {
  const { apiKey } = address;
  const url = new URL(path, address.url);
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const settings = {
    timeout: timeoutMs,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    ca: read(address.authorityFile),
    cert: read(address.certificateFile),
    key: read(address.keyFile),
  };
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new SluiceError("NOT_READY", `${url.origin} cannot be reached: ${why}`));
    const call = request(url, settings, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > bytesMax) call.destroy(new Error("its answer is too long"));
        else chunks.push(chunk);
      });
      response.on("end", () => {
        const { statusCode = 0 } = response;
        if (statusCode < 400) resolve(Buffer.concat(chunks).toString("utf8"));
        else reject(refusal(url, statusCode));
      });
      response.on("error", (error) => fail(error.message));
    });
    call.on("timeout", () => call.destroy(new Error("no answer in time")));
    call.on("error", (error) => fail(error.message));
    call.end();
  });
}

function refusal(url: URL, status: number): SluiceError {
  if (status === 401)
    return new SluiceError("UNAUTHENTICATED", `${url.origin} needs a key with the scope metrics`);
  if (status === 403)
    return new SluiceError("PERMISSION_DENIED", `the key may not read ${url.href}`);
  return new SluiceError("NOT_READY", `${url.href} answered with status ${status}`);
}

function read(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    const message = `${file} cannot be read (${String((error as NodeJS.ErrnoException).code)})`;
    throw new SluiceError("INVALID_CONFIG", message);
  }
}
