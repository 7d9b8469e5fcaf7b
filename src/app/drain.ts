// How long a stopping server keeps serving.

import type { Config } from "../config/schema.js";
import { isLoopback } from "../net/listen.js";

/** Two health checks of a load balancer at an interval of two seconds, plus a margin. */
const drainDefaultMs = 5_000;

/** Load balancers do not reach loopback, so no drain is needed there. */
export function drainMsOf({ shutdownDrainMs, host }: Config): number {
  if (shutdownDrainMs >= 0) return shutdownDrainMs;
  return isLoopback(host) ? 0 : drainDefaultMs;
}
