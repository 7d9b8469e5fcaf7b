// Segments in a store, written like by a flush, that no manifest names yet.

import { createMapTurn } from "../../src/store/map-turn.js";
import { openSegmentStore } from "../../src/store/segment-store.js";

/** Durable when it resolves. The folder's store may be open. */
export async function writeStoredSegment(
  folder: string,
  id: number,
  { tables, codes }: { readonly tables: Uint8Array; readonly codes: Uint8Array },
): Promise<void> {
  const store = openSegmentStore(folder, createMapTurn());
  try {
    await store.writeSegment(id, { tables, codes: [codes] });
  } finally {
    await store.close();
  }
}
