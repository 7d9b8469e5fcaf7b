// What is known of a call when it begins.

import type { Requirement } from "./identity.js";

/** One call, before its body is read. */
export interface Caller {
  /** Path of the RPC, or method and path of the HTTP route. */
  readonly operation: string;
  readonly via: "grpc" | "http";
  readonly requirement: Requirement;
  /** The whole Authorization header, when there is one. */
  readonly authorization: string | undefined;
  /** Address without port. */
  readonly peer: string;
  /** Client name for fair queuing; empty when none was sent. */
  readonly client: string;
  /** Name in the client certificate, verified by TLS; absent when no certificate was requested. */
  readonly certificate: string | undefined;
}
