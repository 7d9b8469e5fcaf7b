// The documents that an import has refused: counts by reason, and where the first of each stand.

import type { InputError } from "../importers/input-error.js";
import type { CliContext } from "./context.js";
import { cut, formatCount } from "./terminal/text.js";

export interface RefusedDocument {
  /** Empty for a line that could not be read. */
  readonly key: string;
  readonly reason: string;
  readonly message: string;
}

/** Refusals of one reason; of files, those with the same fault. */
export interface RefusalGroup {
  readonly reason: string;
  /** What is wrong; of the server's refusals, the message of the first. */
  readonly message: string;
  readonly count: number;
  /** `FILE:LINE` of the first, or their keys where they come from no file. */
  readonly first: readonly string[];
}

export interface Refusals {
  /** A line that could not be read. */
  addFault(error: InputError): void;
  /** A document that the server has rejected. `location`: `FILE:LINE`, where it is known. */
  addRejected(refused: RefusedDocument, location: string | undefined): void;
  /** By falling count. */
  groups(): readonly RefusalGroup[];
  /** The first refusals of all. */
  listed(): readonly RefusedDocument[];
}

/** Refusals that are listed, groups that are kept, and places of each. */
const listedMax = 100;
const groupsMax = 20;
const firstMax = 3;

export function createRefusals(): Refusals {
  const listed: RefusedDocument[] = [];
  const groups = new Map<string, RefusalGroup>();
  const add = (
    refused: RefusedDocument,
    { name, location, message: fault }: { name: string; location: string; message: string },
  ): void => {
    if (listed.length < listedMax) listed.push(refused);
    const isOther = !groups.has(name) && groups.size >= groupsMax;
    const { reason, message, count, first } = groups.get(isOther ? "" : name) ?? {
      reason: refused.reason,
      message: isOther ? "other faults" : fault,
      count: 0,
      first: [],
    };
    const places = first.length < firstMax ? [...first, location] : first;
    groups.set(isOther ? "" : name, { reason, message, count: count + 1, first: places });
  };
  return {
    addFault(error) {
      const { reason, fault, location, message } = error;
      const refused = { key: "", reason, message };
      add(refused, { name: `${reason} ${fault}`, location, message: fault });
    },
    addRejected(refused, location) {
      const { key, reason, message } = refused;
      add(refused, { name: reason, location: location ?? key, message });
    },
    groups: () => Array.from(groups.values()).sort((a, b) => b.count - a.count),
    listed: () => listed,
  };
}

/** Prints each group on a line. */
export function showRefusals(refusals: readonly RefusalGroup[], context: CliContext): void {
  for (const { reason, message, count, first } of refusals) {
    const places = first.map((place) => cut(place, 200)).join(", ");
    const more = count > first.length ? ", ..." : "";
    context.warn(`refused ${formatCount(count)}: ${message} [${reason}] (${places}${more})`);
  }
}
