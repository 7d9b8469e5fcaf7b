// The measurements of a collection: its recall, and its maps from scores to probabilities.

import type { Databases } from "./databases.js";
import type { Reading } from "./lmdb-reads.js";
import { packRecall, recallName, unpackRecall } from "./recall-record.js";
import { packScoreMaps, scoreMapsName, unpackScoreMaps } from "./score-maps-record.js";
import type { CalibrationRecords } from "./store.js";
import { toCommitError } from "./store-errors.js";
import type { WriteGuard } from "./write-guard.js";

export function calibrationRecords(
  { root, calibrations }: Databases,
  { folder, reading, guard }: { folder: string; reading: Reading; guard: WriteGuard },
): CalibrationRecords {
  const write = (key: string, framed: Buffer | undefined): Promise<void> =>
    guard.write(async () => {
      try {
        await root.childTransaction(() => {
          if (framed === undefined) calibrations.removeSync(key);
          else calibrations.putSync(key, framed);
        });
      } catch (error) {
        throw await toCommitError(error, folder);
      }
    });
  return {
    readRecall() {
      const framed = reading(() => calibrations.getBinary(recallName.key));
      return framed && unpackRecall(framed);
    },
    writeRecall: (recall) => write(recallName.key, recall && packRecall(recall)),
    readScoreMaps() {
      const framed = reading(() => calibrations.getBinary(scoreMapsName.key));
      return framed === undefined ? [] : unpackScoreMaps(framed);
    },
    writeScoreMaps: (maps) =>
      write(scoreMapsName.key, maps.length === 0 ? undefined : packScoreMaps(maps)),
  };
}
