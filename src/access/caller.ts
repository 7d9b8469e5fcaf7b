// What either port knows of a call when it begins.

import type { Requirement } from "./identity.js";

/** One call, as far as it is known before its body is read. */
export interface Caller {
  /** Path of the RPC, or method and path of the route. */
  readonly operation: string;
  readonly via: "grpc" | "http";
  readonly requirement: Requirement;
  /** The whole header; undefined: there is none. */
  readonly authorization: string | undefined;
  /** Address without the port. */
  readonly peer: string;
  /** How the caller names himself for turns; "": not at all. */
  readonly client: string;
  /** Name in the client's certificate, checked by TLS; undefined: none was asked for. */
  readonly certificate: string | undefined;
}
