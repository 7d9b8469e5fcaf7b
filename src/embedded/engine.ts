// The engine in the caller's own process: a data folder, no server and no port.

import { isAbsolute, resolve } from "node:path";

import { createDocumentCalls, createRankingCalls } from "./calls.js";
import { createCollectionCalls } from "./collections.js";
import { ingestInProcess } from "./ingest.js";
import { openParts } from "./open-parts.js";
import type { EngineSettings, SluiceEngine } from "./types.js";

/**
 * Opens a data folder, which is created when it does not exist, and starts the engine's threads.
 * One process at a time can have it open. Takes about as long as the start of a server: the model
 * is loaded. Throws SluiceError: DATA_FOLDER_LOCKED, DATA_FORMAT_NEWER, MODEL_INVALID,
 * INVALID_CONFIG.
 */
export async function openEngine(
  dataFolder: string,
  settings: EngineSettings = {},
): Promise<SluiceEngine> {
  const folder = isAbsolute(dataFolder) ? dataFolder : resolve(dataFolder);
  const parts = await openParts(folder, settings);
  return {
    ...createRankingCalls(parts),
    ...createDocumentCalls(parts),
    ingest: (collection, documents, options = {}) =>
      ingestInProcess(parts, { collection, documents, options }),
    collections: createCollectionCalls(parts),
    close: () => parts.close(),
  };
}
