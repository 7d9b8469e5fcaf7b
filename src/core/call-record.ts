// One finished call, for metrics and the log of calls.

import type { CallIds } from "./call-ids.js";

export interface CallRecord extends CallIds {
  readonly via: "grpc" | "http";
  /** Such as `/sluice.v1.SearchService/Search` or `POST /v1/search`. */
  readonly path: string;
  /** Path of the HTTP route; absent for gRPC and for paths without a route. */
  readonly route?: string | undefined;
  /** Name of the gRPC status, such as `OK`, or number of the HTTP status. */
  readonly status: string;
  readonly durationMs: number;
  /** Key or address of the caller. Absent when the call was refused before it was identified. */
  readonly peer?: string | undefined;
  /** Name that the caller gives itself; empty when it gives none. */
  readonly client?: string | undefined;
}
