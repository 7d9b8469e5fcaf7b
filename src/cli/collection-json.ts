// Collections as `--json` prints them, which is the form of HTTP.

import type { ClientCollection } from "../client/types.js";
import { shownScoreMap } from "../service/score-maps.js";
import { shownCollectionFields } from "../contract/collections.js";
import { toJson } from "../contract/to-json.js";

export function collectionJson(collection: ClientCollection): object {
  const scoreMaps = collection.scoreMaps.map(shownScoreMap);
  return toJson(shownCollectionFields, { ...collection, scoreMaps });
}
