// Listening on a port, with errors that name the cause.

import type { AddressInfo, Server } from "node:net";
import { SluiceError } from "../core/errors.js";

/**
 * Idle time before TCP keep-alive probes, milliseconds. The kernel answers probes even for a
 * process that is stopped or throttled, and sends them while this process is blocked, so only the
 * connections of a machine that is gone are lost, about ten seconds later.
 */
export const peerProbeMs = 60_000;

export interface ListenAddress {
  /** An address or host name of this machine; brackets around an IPv6 address are optional. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/**
 * Resolves with the port. Throws PORT_IN_USE when it cannot be bound, INVALID_CONFIG when the host
 * is not an address of this machine.
 */
export function listen(server: Server, address: ListenAddress): Promise<number> {
  const host = bareHost(address.host);
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const message = `cannot listen on ${address.host}:${address.port}: ${error.message}`;
      if (hostFaults.has(error.code ?? ""))
        reject(new SluiceError("INVALID_CONFIG", message, { field: "host", cause: error }));
      else reject(new SluiceError("PORT_IN_USE", message, { cause: error }));
    };
    server.once("error", refuse);
    server.listen(address.port, host, () => {
      server.off("error", refuse);
      // Later errors, such as an accept without file descriptors, must not end the process.
      server.on("error", () => undefined);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** The host without brackets, as in options and Host headers. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

/** True for `localhost` and for loopback addresses. */
export function isLoopback(host: string): boolean {
  const bare = bareHost(host).toLowerCase();
  if (bare === "localhost" || bare === "::1") return true;
  // IPv4, also mapped into IPv6, in dotted and in URL form.
  return /^(::ffff:)?127(\.\d{1,3}){3}$/.test(bare) || /^::ffff:7f[\da-f]{2}:/.test(bare);
}

const hostFaults: ReadonlySet<string> = new Set([
  "EADDRNOTAVAIL",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
]);
