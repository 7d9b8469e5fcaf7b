// A collection "notes" with measured recall that is searched by a pool although it is small.

import type { RecallStatus } from "../../src/index/collection-settings.js";
import type { EngineApi } from "../../src/engine/api.js";
import { openInlineEngine, searchDefaults } from "./inline-engine.js";
import type { InlineEngine, InlineEngineOptions } from "./inline-engine.js";
import { createNotes, putAll } from "./notes.js";
import { seededDocuments, seededQueries } from "./seeded-corpus.js";

const dim = 16;
/** One passage each. */
export const documents = seededDocuments({ seed: 501, count: 420, dim });
export const queries = seededQueries({ seed: 501, count: 120, dim });
const search = { ...searchDefaults, exhaustiveBelowPassages: 0, lexicalPoolSize: 16 };

type Use = (engine: InlineEngine) => Promise<void>;

/** Opens an engine on the folder as it is. */
export async function withEngine(
  folder: string,
  use: Use,
  options: Partial<InlineEngineOptions> = {},
): Promise<void> {
  const engine = await openInlineEngine(folder, { flushBytes: 4_000, search, ...options });
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
}

/** With the first `count` documents in a new collection. */
export async function withNotes(folder: string, use: Use, count = documents.length): Promise<void> {
  await withEngine(folder, async (engine) => {
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents.slice(0, count), 64);
    await use(engine);
  });
}

/** With all documents, calibrated with the first 60 queries. */
export async function withMeasured(folder: string, use: Use): Promise<void> {
  await withNotes(folder, async (engine) => {
    await calibrate(engine.api, { samples: queries.slice(0, 60) });
    await use(engine);
  });
}

export async function calibrate(
  api: EngineApi,
  asked: Omit<Parameters<EngineApi["calibrate"]>[1], "signal">,
): Promise<RecallStatus> {
  const { signal } = new AbortController();
  let result: RecallStatus | undefined;
  for await (const progress of api.calibrate("notes", { ...asked, signal }))
    result = progress.result;
  if (result === undefined) throw new Error("a calibration without a result");
  return result;
}

export function recallOf(api: EngineApi): RecallStatus | undefined {
  return api.describeCollection("notes").recall;
}
