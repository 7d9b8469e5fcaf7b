// THREAD ENTRY of maintenance: makes segments, away from the event loop and from searches.

import { undeletedPassages } from "../index/live-image.js";
import type { LiveImage } from "../index/live-image.js";
import { writeSegment } from "../index/segment-writer.js";
import type { WrittenSegment } from "../index/segment-writer.js";

// The pool asks for a default export.
export default function buildSegment(image: LiveImage): WrittenSegment {
  return writeSegment(undeletedPassages(image));
}
