// Where an import stands: which documents are answered, in the order of its files.

import type { InputFile } from "./formats.js";

/** The first item that is not imported: documents and faults are counted from 0 in each file. */
export interface ImportPosition {
  readonly file: number;
  readonly item: number;
}

/** Where a document comes from. */
export interface DocumentPlace extends ImportPosition {
  readonly input: InputFile;
  readonly line: number;
  /** Bytes of all files up to the end of the document, as they are stored; an estimate. */
  readonly bytesEnd: number;
}

export interface ImportTracker {
  /** Call it for each document, in the order of the client's sequence. */
  sent(place: DocumentPlace): void;
  /** The place of a document that was acknowledged or rejected. */
  answered(clientSequence: number): DocumentPlace | undefined;
  /** All documents before it are answered. */
  position(): ImportPosition;
  /** Bytes of the files up to the last document whose predecessors are answered. */
  byteCount(): number;
}

/** `from`: where the import begins. Holds the places of the documents in flight. */
export function createImportTracker(from: ImportPosition): ImportTracker {
  // In the order of the sequence, so that the first is the oldest.
  const inFlight = new Map<number, DocumentPlace>();
  let sequence = 0;
  let next = from;
  let bytesEnd = 0;
  let byteCount = 0;
  const oldest = (): DocumentPlace | undefined => inFlight.values().next().value;
  return {
    sent(place) {
      sequence += 1;
      inFlight.set(sequence, place);
      next = { file: place.file, item: place.item + 1 };
      bytesEnd = place.bytesEnd;
    },
    answered(clientSequence) {
      const place = inFlight.get(clientSequence);
      inFlight.delete(clientSequence);
      byteCount = inFlight.size === 0 ? bytesEnd : Math.max(byteCount, oldest()?.bytesEnd ?? 0);
      return place;
    },
    position() {
      const { file, item } = oldest() ?? next;
      return { file, item };
    },
    byteCount: () => byteCount,
  };
}
