// Reads /metrics of a server.

import { readPath } from "../http-port.js";
import type { HttpAddress } from "../http-port.js";
import { parseExposition } from "../../observability/exposition.js";
import type { Exposition } from "../../observability/exposition.js";

/** Throws NOT_READY when the server cannot be reached, UNAUTHENTICATED and PERMISSION_DENIED. */
export async function scrape(address: HttpAddress): Promise<Exposition> {
  return parseExposition(await readPath(address, "/metrics"));
}
