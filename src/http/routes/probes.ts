// Liveness, readiness and metrics.

import { z } from "zod";
import { jsonAnswer } from "../exchange.js";
import type { HttpCallContext } from "../exchange.js";
import type { Readiness } from "../../core/readiness.js";
import { route } from "../route.js";
import type { HttpRoute } from "../route.js";

const tag = "Operation of the server";

export const probeRoutes: readonly HttpRoute[] = [
  route({
    tag,
    method: "GET",
    path: "/livez",
    requirement: "open",
    rpcs: [],
    about: "200 while the process runs.",
    answer: { status: 200, json: z.strictObject({ status: z.literal("alive") }) },
    handle: () => jsonAnswer({ status: "alive" }),
  }),
  route({
    tag,
    method: "GET",
    path: "/readyz",
    requirement: "open",
    rpcs: [],
    about:
      "200 when the model and the data are open and writable; 503 while the server starts or stops, or after a failed sync.",
    answer: {
      status: 200,
      json: z.strictObject({
        status: z.enum(["ready", "not ready", "stopping"]),
        reasons: z.array(z.string()),
        findings: z.array(
          z.strictObject({ place: z.string(), kind: z.string(), message: z.string() }),
        ),
      }),
    },
    handle: (call) => {
      const { isReady, reasons, findings } = readinessOf(call);
      const isStopping = call.services.isStopping();
      const status = isReady ? "ready" : isStopping ? "stopping" : "not ready";
      return jsonAnswer({ status, reasons, findings }, { status: isReady ? 200 : 503 });
    },
  }),
  route({
    tag,
    method: "GET",
    path: "/metrics",
    requirement: "metrics",
    rpcs: [],
    about: "Metrics in the text format of Prometheus.",
    answer: { status: 200, text: "text/plain" },
    async handle({ services }) {
      const { contentType, text } = await services.metrics();
      return { status: 200, contentType, text };
    },
  }),
];

function readinessOf({ engine, services }: HttpCallContext): Readiness {
  const { isReady, reasons, findings } = engine.readiness();
  if (!services.isStopping()) return { isReady, reasons, findings };
  return { isReady: false, reasons: ["the server is stopping", ...reasons], findings };
}
