// Listening: one way for both ports, with errors that say what is wrong.

import type { AddressInfo, Server } from "node:net";
import { SluiceError } from "../core/errors.js";

/**
 * Idle time after which the kernel asks whether a peer is still there, milliseconds. It answers
 * for a process that is stopped or throttled, and asks also while this process is: only a machine
 * that is gone loses its connection, about ten seconds later.
 */
export const peerProbeMs = 60_000;

export interface ListenAddress {
  /** An address or a name of this machine; brackets around an IPv6 address are optional. */
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
}

/**
 * Resolves with the port. Throws PORT_IN_USE when it cannot be had, INVALID_CONFIG for a host that is
 * none of this machine.
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
      // What fails later, such as an accept without descriptors, must not end the process.
      server.on("error", () => undefined);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Of an address as options and Host headers write it. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

/** True for `localhost` and for addresses that reach this machine only. */
export function isLoopback(host: string): boolean {
  const bare = bareHost(host).toLowerCase();
  if (bare === "localhost" || bare === "::1") return true;
  // IPv4, also inside IPv6 as it is written and as URLs write it.
  return /^(::ffff:)?127(\.\d{1,3}){3}$/.test(bare) || /^::ffff:7f[\da-f]{2}:/.test(bare);
}

const hostFaults: ReadonlySet<string> = new Set([
  "EADDRNOTAVAIL",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
]);
