// Reads every stored value of a collection and names those that are damaged.

import { toSequence } from "../core/ids.js";
import type { Database } from "lmdb";

import type { Databases } from "./databases.js";
import { unpackFeedback, unpackFeedbackId } from "./feedback-record.js";
import { valueKinds } from "./format.js";
import { unframe } from "./frame.js";
import type { ValueName } from "./frame.js";
import { unpackRecall } from "./recall-record.js";
import { scoreMapsName, unpackScoreMaps } from "./score-maps-record.js";
import { unpackDocument, unpackJournalPassage, unpackManifest } from "./records.js";
import type { Damage, DamagedValue, Manifest } from "./stored-values.js";

/** The values of a segment, by the last part of their keys, and the kinds in their frames. */
export const segmentValues = {
  tables: valueKinds.segmentTables,
  codes: valueKinds.segmentCodes,
  refineCodes: valueKinds.segmentRefineCodes,
} as const;

export type SegmentValue = keyof typeof segmentValues;
export const segmentValueNames = Object.keys(segmentValues) as readonly SegmentValue[];

/** In words. */
const partNames = { tables: "tables", codes: "codes", refineCodes: "refine plane" } as const;

export function segmentValueName(id: number, part: SegmentValue): ValueName & { key: string } {
  return { what: `segment ${id} (${partNames[part]})`, key: `${id}/${part}` };
}

export function tombstonesName(id: number): ValueName & { key: string } {
  return { what: `tombstones of segment ${id}`, key: `${id}` };
}

/** O(data). */
export function checkValues(databases: Databases): { valueCount: number; damages: Damage[] } {
  const found: Found = { valueCount: 0, damages: [] };
  const manifest = checkManifest(databases, found);
  checkPassages(databases, found);
  checkSegments(databases, found);
  checkRecords(databases, found);
  for (const { id } of manifest?.segments ?? [])
    for (const part of segmentValueNames) {
      if (part === "refineCodes" && manifest?.refineBits === undefined) continue;
      const { what, key } = segmentValueName(id, part);
      if (!databases.segments.doesExist(key))
        addDamage(found, { kind: "segment", id }, `${what} is missing`);
    }
  return found;
}

interface Found {
  valueCount: number;
  readonly damages: Damage[];
}

function checkManifest({ manifest: database }: Databases, found: Found): Manifest | undefined {
  let manifest: Manifest | undefined;
  checkEach(found, { name: "the manifest", database }, () => ({
    value: { kind: "manifest" },
    read: (framed) => (manifest = unpackManifest(framed, "the manifest")),
  }));
  return manifest;
}

function checkPassages({ documents, journal }: Databases, found: Found): void {
  checkEach(found, { name: "documents", database: documents }, (name) => {
    const key = name.toString("utf8");
    return { value: { kind: "document", key }, read: (framed) => unpackDocument(framed, key) };
  });
  checkEach(found, { name: "the journal", database: journal }, (sequence) => ({
    value: { kind: "journal", sequence: toSequence(sequence) },
    read: (framed) => unpackJournalPassage(framed, `journal passage ${sequence}`),
  }));
}

function checkSegments({ segments, tombstones }: Databases, found: Found): void {
  checkEach(found, { name: "segments", database: segments }, (key) => {
    const id = parseInt(key, 10);
    const part = segmentValueNames.find((one) => key.endsWith(`/${one}`)) ?? "tables";
    const { what } = segmentValueName(id, part);
    return {
      value: { kind: "segment", id },
      read: (framed) => unframe(segmentValues[part], framed, { what, key }),
    };
  });
  checkEach(found, { name: "tombstones", database: tombstones }, (id) => ({
    value: { kind: "tombstones", id },
    read: (framed) => unframe(valueKinds.tombstones, framed, tombstonesName(id)),
  }));
}

function checkRecords({ calibrations, feedback, feedbackIds }: Databases, found: Found): void {
  checkEach(found, { name: "calibrations", database: calibrations }, (name) =>
    name === scoreMapsName.key
      ? { value: { kind: "scoreMaps" }, read: unpackScoreMaps }
      : { value: { kind: "recall" }, read: unpackRecall },
  );
  checkEach(found, { name: "feedback", database: feedback }, (sequence) => ({
    value: { kind: "feedback", sequence },
    read: (framed) => unpackFeedback(framed, sequence),
  }));
  checkEach(found, { name: "the ids of feedback", database: feedbackIds }, (eventId) => ({
    value: { kind: "feedbackId", eventId },
    read: (framed) => unpackFeedbackId(framed, eventId),
  }));
}

interface Check {
  readonly value: DamagedValue;
  /** Throws when the value is damaged. */
  readonly read: (framed: Buffer) => unknown;
}

function checkEach<K extends string | number | Buffer>(
  found: Found,
  { name, database }: { readonly name: string; readonly database: Database<Buffer, K> },
  checkOf: (key: K) => Check,
): void {
  try {
    for (const key of database.getKeys()) {
      const framed = database.getBinary(key);
      if (framed === undefined)
        addDamage(found, { kind: "store" }, `${name}: a key is listed and not found`);
      else checkValue(found, framed, checkOf(key));
    }
  } catch (error) {
    addDamage(found, { kind: "store" }, `${name} cannot be listed: ${messageOf(error)}`);
  }
}

function checkValue(found: Found, framed: Buffer, { value, read }: Check): void {
  found.valueCount += 1;
  try {
    read(framed);
  } catch (error) {
    addDamage(found, value, messageOf(error));
  }
}

function addDamage({ damages }: Found, value: DamagedValue, message: string): void {
  damages.push({ ...value, message });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
