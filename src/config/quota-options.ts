// Options of quotas.

import { z } from "zod";
import { bytes, whole } from "./option-kinds.js";

const documentsMax = { default: 0, min: 0, max: 1_000_000_000_000, unit: "documents" };
const bytesMax = { default: 0, min: 0, max: 2 ** 50 };

export const quotaOptions = z.strictObject({
  serverDocumentsMax: whole({
    ...documentsMax,
    description: "Documents of all collections; further ones get QUOTA_EXCEEDED; 0: unlimited.",
  }),
  serverBytesMax: bytes({
    ...bytesMax,
    description: "Bytes of all collections on disk from which writes are rejected; 0: unlimited.",
  }),
  collectionDocumentsMax: whole({
    ...documentsMax,
    description: "Documents of each collection; 0: unlimited.",
  }),
  collectionBytesMax: bytes({
    ...bytesMax,
    description: "Bytes of each collection on disk from which writes are rejected; 0: unlimited.",
  }),
  diskUsedPercentMax: whole({
    default: 85,
    min: 1,
    max: 100,
    unit: "percent",
    description:
      "Use of the data folder's disk from which writes are rejected with DISK_NEARLY_FULL; 100: never.",
  }),
});
