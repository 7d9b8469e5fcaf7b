// What an export asks for. proto/sluice/v1/documents.proto documents each field for callers.

import type { Filter } from "../core/filter.js";
import { flag, implicit, optional, wholeNumbers } from "./fields.js";
import type { FieldTable } from "./fields.js";

/** Which documents are exported, and whether with vectors. */
export interface ExportRequest {
  readonly collection: string;
  readonly filter?: Filter | undefined;
  readonly afterKey?: string | undefined;
  readonly afterSequence?: number | undefined;
  /** Defaults to false. */
  readonly vectors?: boolean | undefined;
}

/** Of proto ExportRequest. */
export const exportRequestFields = {
  collection: { type: "collection" },
  filter: optional({ type: "filter" }),
  afterKey: implicit({ type: "key" }),
  afterSequence: optional(wholeNumbers(0, Number.MAX_SAFE_INTEGER)),
  vectors: implicit(flag),
} satisfies FieldTable<ExportRequest>;
