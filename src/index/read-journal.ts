// The journal of a collection that is opened: its passages with the fields of their documents.

import type { Sequence } from "../core/ids.js";
import { SluiceError, asDamage } from "../core/errors.js";
import type { Fields } from "../core/document.js";
import type { DocumentReads } from "../store/store.js";
import type { DocumentRecord } from "../store/stored-values.js";
import { toSegmentPassage } from "./segment-writer.js";
import type { SegmentPassage } from "./segment-writer.js";

const noFields: Fields = new Map();

/** Called for each passage that is left out and each document whose fields cannot be read. */
export interface JournalDamages {
  passage(error: SluiceError): void;
  fields(error: SluiceError): void;
}

/**
 * By rising sequence. Left out are passages that are damaged, or that their document does not have:
 * then the key that they are stored under is. O(journal).
 */
export function* readJournal(
  store: DocumentReads,
  damages: JournalDamages,
): Generator<SegmentPassage, void, void> {
  // A document's passages follow one another.
  let last: { readonly key: string; readonly record: ReadRecord } | undefined;
  for (const [sequence, passage] of store.journal((error) => damages.passage(error))) {
    const { key, passageNumber } = passage;
    if (last?.key !== key) last = { key, record: readRecord(store, key, damages) };
    const { record } = last;
    if (record !== "damaged" && !isPassageOf(record, passageNumber, sequence))
      damages.passage(
        new SluiceError(
          "DATA_CORRUPT",
          `journal passage ${sequence} is damaged: document "${key}" does not have it`,
        ),
      );
    else {
      const fields = record === "damaged" || record === undefined ? noFields : record.fields;
      yield toSegmentPassage(sequence, passage, fields);
    }
  }
}

type ReadRecord = DocumentRecord | "damaged" | undefined;

function readRecord(store: DocumentReads, key: string, damages: JournalDamages): ReadRecord {
  try {
    return store.readDocument(key);
  } catch (error) {
    damages.fields(asDamage(error));
    return "damaged";
  }
}

/** Whether the document says that its passage of this number has this sequence. */
export function isPassageOf(
  record: DocumentRecord | undefined,
  passageNumber: number,
  sequence: Sequence,
): boolean {
  return (
    record !== undefined &&
    passageNumber < record.spans.length &&
    record.firstPassageSequence + passageNumber === sequence
  );
}
