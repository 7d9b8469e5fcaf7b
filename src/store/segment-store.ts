// The segments of a collection through a handle of its own, for threads beside the main one: a
// maintenance worker reads the journal and writes segments, scoring workers score in the map.

import type { Sequence } from "../core/ids.js";
import type { Database } from "lmdb";

import { SluiceError } from "../core/errors.js";
import { documentOptions, openEnvironment } from "./environment.js";
import { environmentBytes } from "./environment-file.js";
import { checkMapRoom } from "./map-size.js";
import { segmentValueName, segmentValueNames, segmentValues } from "./check-values.js";
import { frame, openFrame } from "./frame.js";
import type { OpenFrame } from "./frame.js";
import { inTurn, takeTurn } from "./map-turn.js";
import type { MapTurn } from "./map-turn.js";
import { unpackDocument, unpackJournalPassage } from "./records.js";
import type { CodePlane, DocumentRecord, JournalPassage, SegmentBytes } from "./stored-values.js";
import { toCommitError } from "./store-errors.js";

export interface SegmentStore {
  /** From now on reads see what is committed now; until then they may see an earlier moment. */
  renew(): void;
  /** Returns undefined when the passage was deleted. Throws DATA_CORRUPT. */
  journalPassage(sequence: Sequence): JournalPassage | undefined;
  /** Returns undefined when the document was deleted. Throws DATA_CORRUPT. */
  readDocument(key: string): DocumentRecord | undefined;
  /**
   * A segment's codes in place: a view of the map, not checked yet. It is right as long as a
   * generation that names the segment is held, and never moves: see ARCHITECTURE.md.
   */
  mappedCodes(id: number, plane: CodePlane): OpenFrame;
  /**
   * Durable when it resolves; nothing names the segment yet. Rejects with DISK_FULL, SYSTEM_LIMIT.
   */
  writeSegment(id: number, bytes: SegmentBytes): Promise<void>;
  close(): Promise<void>;
}

/** Codes above this many bytes are scored in the map: lmdb copies values of up to 16 MiB. */
export const mappedBytesMin = 16 * 1024 * 1024;

/** The collection's store is open in this process. `turn` is that of all its threads. */
export function openSegmentStore(folder: string, turn: MapTurn): SegmentStore {
  const { root, documents, journal, segments } = inTurn(turn, () => {
    const { root: opened } = openEnvironment(folder);
    return {
      root: opened,
      documents: opened.openDB<Buffer, Buffer>({ name: "documents", ...documentOptions }),
      journal: opened.openDB<Buffer, number>({ name: "journal", encoding: "binary" }),
      segments: opened.openDB<Buffer, string>({ name: "segments", encoding: "binary" }),
    };
  });
  return {
    renew: () => root.resetReadTxn(),
    journalPassage(sequence) {
      const framed = journal.getBinary(sequence);
      return framed && unpackJournalPassage(framed, `journal passage ${sequence}`);
    },
    readDocument(key) {
      const framed = documents.getBinary(Buffer.from(key, "utf8"));
      return framed && unpackDocument(framed, key);
    },
    mappedCodes(id, plane) {
      const { key, what } = segmentValueName(id, plane);
      // A transaction that was opened earlier in this turn may be older than the segment.
      root.resetReadTxn();
      const view = inTurn(turn, () => segments.getBinaryFast(key));
      if (view === undefined) throw new SluiceError("DATA_CORRUPT", `${what} is missing`);
      // A smaller one would be a copy in a buffer that the next read overwrites.
      if (view.byteLength <= mappedBytesMin)
        throw new SluiceError("DATA_CORRUPT", `${what} is damaged: it is too short`);
      const framed = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
      return openFrame(segmentValues[plane], framed, { what, key });
    },
    async writeSegment(id, bytes) {
      const values = frameSegment(id, bytes);
      const byteCount = values.reduce((sum, [, value]) => sum + value.length, 0);
      // The map is that of the process's first handle.
      const { mapSize: mapBytes } = root.getStats() as { mapSize: number };
      checkMapRoom({ fileBytes: environmentBytes(folder), mapBytes }, byteCount);
      try {
        await root.childTransaction(() => putSegment(segments, values));
      } catch (error) {
        throw await toCommitError(error, folder);
      }
    },
    async close() {
      const giveBack = takeTurn(turn);
      try {
        await root.close();
      } finally {
        giveBack();
      }
    },
  };
}

type FramedSegment = readonly (readonly [key: string, value: Buffer])[];

export function frameSegment(id: number, bytes: SegmentBytes): FramedSegment {
  return segmentValueNames.flatMap((part) => {
    const { key } = segmentValueName(id, part);
    const payload = bytes[part];
    return payload === undefined ? [] : [[key, frame(segmentValues[part], payload, { key })]];
  });
}

/** Within a transaction. */
export function putSegment(segments: Database<Buffer, string>, values: FramedSegment): void {
  for (const [key, value] of values) segments.putSync(key, value);
}
