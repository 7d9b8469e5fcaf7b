// Collections of an open folder.

import type { ClientCollection, ClientCollectionSettings } from "../client/types.js";
import { chosenSettings } from "../index/collection-settings.js";
import type { CollectionSettings, CollectionStatus } from "../index/collection-settings.js";
import {
  checkedCalibration,
  checkedCollection,
  shownEstimates,
  shownSettings,
} from "../service/collections.js";
import { checkedName } from "./calls.js";
import type { EmbeddedParts } from "./open-parts.js";
import type { EmbeddedCollections } from "./types.js";

export function createCollectionCalls({
  engine,
  call,
  stream,
}: EmbeddedParts): EmbeddedCollections {
  return {
    create: (request, options = {}) =>
      call(options, async () =>
        settingsOf(await engine.createCollection(checkedCollection(request))),
      ),
    drop: (name, options = {}) => call(options, () => engine.dropCollection(checkedName(name))),
    list: (options = {}) =>
      call(options, () => Promise.resolve(engine.listCollections().map(collectionOf))),
    describe: (name, options = {}) =>
      call(options, () => {
        const collection = collectionOf(engine.describeCollection(checkedName(name)));
        return Promise.resolve({ ...collection, findings: engine.readiness().findings });
      }),
    optimize: (name, { full = false, reanalyze = false, ...options } = {}) =>
      stream(options, async function* (signal) {
        const job = { isFull: full, isReanalyzed: reanalyze, signal };
        for await (const { result, ...progress } of engine.optimize(checkedName(name), job))
          yield { ...progress, ...result, isFinished: result !== undefined };
      }),
    calibrate: (name, { samples, sampleCount, confidence, onProgress, ...options } = {}) =>
      call(options, async (signal) => {
        const asked = checkedCalibration({ samples, sampleCount, confidence });
        const job = engine.calibrate(checkedName(name), { ...asked, signal });
        for await (const { result, step, done, total } of job) {
          onProgress?.({ step, done, total, isFinished: result !== undefined });
          if (result !== undefined) return shownEstimates(result);
        }
        return [];
      }),
  };
}

function settingsOf(settings: CollectionSettings): ClientCollectionSettings {
  return shownSettings(chosenSettings(settings));
}

function collectionOf(status: CollectionStatus): ClientCollection {
  const { settings, recall } = status;
  return {
    ...status,
    settings: settingsOf(settings),
    recall: recall && { ...recall, estimates: shownEstimates(recall) },
  };
}
