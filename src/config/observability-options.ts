// Options of logs and traces.

import { z } from "zod";
import { choice, decimal, text, whole } from "./option-kinds.js";

export const observabilityOptions = {
  log: z.strictObject({
    level: choice({
      words: ["debug", "info", "warn", "error", "silent"],
      default: "info",
      description: "Lowest severity that is logged, to standard error.",
    }),
    format: choice({
      words: ["json", "text"],
      default: "json",
      description: "Format of log lines.",
    }),
    calls: choice({
      words: ["off", "failed", "all"],
      default: "off",
      description: "Calls that are logged when they end, one line each, without their contents.",
    }),
    slowSearchMs: whole({
      default: 5000,
      min: 0,
      max: 600_000,
      unit: "ms",
      description:
        "Searches that take longer are logged with plan and timings, and listed for those who administer the collection; 0: none are.",
    }),
  }),
  tracing: z.strictObject({
    endpoint: text({
      default: "",
      range: "an http or https address, or empty",
      optional: true,
      description:
        "Collector that receives traces over OTLP/HTTP, such as http://127.0.0.1:4318; empty: no traces.",
    }),
    sampleRatio: decimal({
      default: 0.01,
      min: 0,
      max: 1,
      description: "Share of the calls that are traced when the caller's traceparent does not say.",
    }),
  }),
};
