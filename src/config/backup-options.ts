// The options of backups: a section of the schema.

import { z } from "zod";

import { limits } from "../core/limits.js";
import { choice, text, whole } from "./option-kinds.js";

export const backupOptions = z.strictObject({
  target: text({
    default: "",
    range: "s3://bucket/prefix, or empty",
    optional: true,
    description:
      "Object storage of backups; each server needs a prefix of its own. Empty: no backups.",
  }),
  endpoint: text({
    default: "",
    range: "an http or https address, or empty",
    optional: true,
    description: "Address of an object storage with the S3 API; empty: Amazon's.",
  }),
  region: text({
    default: "",
    range: "text, or empty",
    optional: true,
    description:
      "Region of the bucket; empty: from the AWS environment, or us-east-1 with backup.endpoint.",
  }),
  intervalMs: whole({
    default: 0,
    min: 0,
    max: limits.backupIntervalMsMax,
    unit: "ms",
    description: "Interval between scheduled backups of all collections; 0: none is scheduled.",
  }),
  keepLast: whole({
    default: 7,
    min: 1,
    max: 100_000,
    unit: "backups",
    description:
      "Newest backups of each collection that are kept; those with a name of the caller's are never deleted.",
  }),
  keepDays: whole({
    default: 0,
    min: 0,
    max: 36_500,
    unit: "days",
    description: "Age up to which further backups are kept.",
  }),
  readBack: choice({
    words: ["on", "off"],
    default: "on",
    description: "Whether each part of a backup is read again after its upload and compared.",
  }),
  timeoutMs: whole({
    default: 120_000,
    min: 100,
    max: 3_600_000,
    unit: "ms",
    description: "Time limit of one attempt at one request to the object storage.",
  }),
});
