// A flushed segment's token codes: in shared memory when small, else in place in the map of its
// collection's environment, checked block by block before they are first read.

import { checksumBlockBytes } from "../store/frame.js";
import type { OpenFrame } from "../store/frame.js";
import type { MapTurn } from "../store/map-turn.js";
import { openSegmentStore } from "../store/segment-store.js";
import type { SegmentStore } from "../store/segment-store.js";
import type { CodePlane } from "../store/stored-values.js";

/**
 * Names codes that each thread finds in the map. Crosses threads; nothing of the codes is copied.
 */
export interface MappedCodes {
  readonly kind: "mapped";
  /** Folder of the environment. */
  readonly folder: string;
  readonly segmentId: number;
  readonly plane: CodePlane;
  readonly byteLength: number;
  /** One bit for each 64 KiB, set: some thread has found them right. Shared by all threads. */
  readonly verified: SharedArrayBuffer;
}

export type SegmentCodes = SharedArrayBuffer | MappedCodes;

/** One a thread. */
export interface CodesReader {
  /** A view, of `byteLength` bytes. Throws DATA_CORRUPT when the map does not hold such codes. */
  bytesOf(codes: SegmentCodes): Uint8Array;
  /** Throws DATA_CORRUPT unless the bytes [start, end) are as they were written. */
  check(codes: SegmentCodes, range: { readonly start: number; readonly end: number }): void;
  /** Releases the map of a folder whose collection was closed. */
  release(folder: string): Promise<void>;
}

export function mappedCodes(place: Omit<MappedCodes, "kind" | "verified">): MappedCodes {
  const blocks = Math.ceil(place.byteLength / checksumBlockBytes);
  const verified = new SharedArrayBuffer((blocks + 7) >>> 3);
  return { kind: "mapped", ...place, verified };
}

export function createCodesReader(turn: MapTurn): CodesReader {
  const stores = new Map<string, SegmentStore>();
  let frames = new WeakMap<MappedCodes, OpenFrame>();
  const storeOf = (folder: string): SegmentStore => {
    let store = stores.get(folder);
    if (store === undefined) stores.set(folder, (store = openSegmentStore(folder, turn)));
    return store;
  };
  const frameOf = (codes: MappedCodes): OpenFrame => {
    let frame = frames.get(codes);
    if (frame === undefined)
      frames.set(codes, (frame = storeOf(codes.folder).mappedCodes(codes.segmentId, codes.plane)));
    return frame;
  };
  return {
    bytesOf: (codes) =>
      codes instanceof SharedArrayBuffer ? new Uint8Array(codes) : frameOf(codes).payload,
    check(codes, { start, end }) {
      if (codes instanceof SharedArrayBuffer || start === end) return;
      const verified = new Uint8Array(codes.verified);
      const last = Math.floor((end - 1) / checksumBlockBytes);
      for (let block = Math.floor(start / checksumBlockBytes); block <= last; block += 1) {
        const bit = 1 << (block & 7);
        if ((Atomics.load(verified, block >>> 3) & bit) !== 0) continue;
        frameOf(codes).checkBlock(block);
        Atomics.or(verified, block >>> 3, bit);
      }
    },
    async release(folder) {
      const store = stores.get(folder);
      stores.delete(folder);
      // Frames are views of the map, and which of them are of this folder is not known.
      frames = new WeakMap();
      await store?.close();
    },
  };
}
