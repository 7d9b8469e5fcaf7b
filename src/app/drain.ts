// How long a server that is told to stop still serves.

import type { Config } from "../config/schema.js";
import { isLoopback } from "../net/listen.js";

/** Two looks of a load balancer that looks every two seconds, and a little more. */
const drainDefaultMs = 5_000;

/** Load balancers do not reach loopback: nobody has to be told there. */
export function drainMsOf({ shutdownDrainMs, host }: Config): number {
  if (shutdownDrainMs >= 0) return shutdownDrainMs;
  return isLoopback(host) ? 0 : drainDefaultMs;
}
