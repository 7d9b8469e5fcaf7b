// Reads every stored value of a collection and names those that are damaged.

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

export const segmentParts = ["tables", "codes"] as const;

export type SegmentPart = (typeof segmentParts)[number];

export function segmentPartName(id: number, part: SegmentPart): ValueName & { key: string } {
  return { what: `segment ${id} (${part})`, key: `${id}/${part}` };
}

export function tombstonesName(id: number): ValueName & { key: string } {
  return { what: `tombstones of segment ${id}`, key: `${id}` };
}

/** O(data). */
export function checkValues(databases: Databases): { valueCount: number; damages: Damage[] } {
  const damages: Damage[] = [];
  let valueCount = 0;
  const attempt = (value: DamagedValue, read: () => void): void => {
    valueCount += 1;
    try {
      read();
    } catch (error) {
      damages.push({ ...value, message: messageOf(error) });
    }
  };
  const each = <K extends string | number | Buffer>(
    name: string,
    database: Database<Buffer, K>,
    check: (key: K, framed: Buffer) => void,
  ): void => {
    try {
      for (const key of database.getKeys()) {
        const framed = database.getBinary(key);
        if (framed !== undefined) check(key, framed);
        else damages.push({ kind: "store", message: `${name}: a key is listed and not found` });
      }
    } catch (error) {
      damages.push({ kind: "store", message: `${name} cannot be listed: ${messageOf(error)}` });
    }
  };
  let manifest: Manifest | undefined;
  each("the manifest", databases.manifest, (_, framed) =>
    attempt({ kind: "manifest" }, () => (manifest = unpackManifest(framed, "the manifest"))),
  );
  each("documents", databases.documents, (name, framed) => {
    const key = name.toString("utf8");
    attempt({ kind: "document", key }, () => unpackDocument(framed, key));
  });
  each("the journal", databases.journal, (sequence, framed) =>
    attempt({ kind: "journal", sequence }, () =>
      unpackJournalPassage(framed, `journal passage ${sequence}`),
    ),
  );
  each("segments", databases.segments, (name, framed) => {
    const [id = "", part = ""] = name.split("/");
    const kind = part === "codes" ? valueKinds.segmentCodes : valueKinds.segmentTables;
    const what = `segment ${id} (${part})`;
    attempt({ kind: "segment", id: Number(id) }, () => unframe(kind, framed, { what, key: name }));
  });
  each("tombstones", databases.tombstones, (id, framed) =>
    attempt({ kind: "tombstones", id }, () =>
      unframe(valueKinds.tombstones, framed, tombstonesName(id)),
    ),
  );
  each("calibrations", databases.calibrations, (name, framed) =>
    name === scoreMapsName.key
      ? attempt({ kind: "scoreMaps" }, () => unpackScoreMaps(framed))
      : attempt({ kind: "recall" }, () => unpackRecall(framed)),
  );
  each("feedback", databases.feedback, (sequence, framed) =>
    attempt({ kind: "feedback", sequence }, () => unpackFeedback(framed, sequence)),
  );
  each("the ids of feedback", databases.feedbackIds, (eventId, framed) =>
    attempt({ kind: "feedbackId", eventId }, () => unpackFeedbackId(framed, eventId)),
  );
  for (const { id } of manifest?.segments ?? [])
    for (const part of segmentParts) {
      const { what, key } = segmentPartName(id, part);
      if (!databases.segments.doesExist(key))
        damages.push({ kind: "segment", id, message: `${what} is missing` });
    }
  return { valueCount, damages };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
