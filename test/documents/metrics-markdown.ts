// docs/operations/metrics.md: every metric of Sluice's own, as /metrics describes it.

import { createMetrics } from "../../src/observability/metrics.js";

const described = /^# HELP (sluice_\w+) (.*)\n# TYPE \1 (\w+)$/gm;

export async function metricsMarkdown(): Promise<string> {
  const metrics = await createMetrics("0");
  metrics.observe(emptySources);
  const { text } = await metrics.render();
  const rows = Array.from(
    text.matchAll(described),
    ([, name = "", help = "", type = ""]) => `| \`${name}\` | ${type} | ${help} |`,
  );
  return ["| metric | type | meaning |", "|---|---|---|", ...rows.sort()].join("\n");
}

const nothing = { atWork: 0, atWorkMax: 0, waiting: {}, refused: {}, pressure: 0 };

/** Every source, so that its metrics are registered. */
const emptySources: Required<Parameters<Awaited<ReturnType<typeof createMetrics>>["observe"]>[0]> =
  {
    openCollections: () => [],
    collections: () => ({ known: 0, open: 0, openMax: 0 }),
    workers: () => ({}),
    admission: () => nothing,
    caches: () => ({}),
    loopDelay: () => ({ p50: 0, p90: 0, p99: 0, max: 0 }),
    loopUtilization: () => 0,
    traffic: () => ({ heldBytes: 0, bytesMax: 0, rejectedCount: 0, unreadBytes: 0, endedCount: 0 }),
    disk: () => ({ freeBytes: 0, totalBytes: 0, areWritesStopped: false }),
    breakers: () => new Map(),
    certificateExpiryMs: () => 0,
  };
