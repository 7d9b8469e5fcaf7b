// Status of a collection: current if it is open, from its card (written at closing) if it is
// closed.

import { chosenSettings } from "../index/collection-settings.js";
import type { CollectionStatus } from "../index/collection-settings.js";
import { isRecallStale } from "../index/stale-recall.js";
import { readCard, writeCard } from "../store/collection-card.js";
import type { OpenCollection } from "./open-collection.js";

/** All but what is of the server. */
export type CollectionFigures = Omit<CollectionStatus, "kernel">;

/** Raised when older cards would be misread; the next start then opens each collection once. */
const cardVersion = 2;

export function figuresOf({ collection }: OpenCollection): CollectionFigures {
  const { settings, generation, flushed, store, recall, scoreMaps } = collection;
  const figures = {
    settings: chosenSettings(settings),
    documentCount: generation.documentCount,
    passageCount: generation.totals.passageCount,
    tokenCount: generation.totals.tokenCount,
    generation: generation.number,
    lastSequence: generation.lastSequence,
    segmentCount: flushed.size,
    diskBytes: store.diskBytes(),
    scoreMaps,
  };
  if (recall === undefined) return figures;
  return { ...figures, recall: { ...recall, isStale: isRecallStale(recall, generation) } };
}

/**
 * Of a collection that was just closed; writes its card. One that has damages gets none: the next
 * start opens it, and tells of them again.
 */
export function keepFigures(folder: string, opened: OpenCollection): CollectionFigures {
  const figures = figuresOf(opened);
  const { damages, fieldDamages, recallDamage, scoreMapsDamage } = opened.collection;
  const isSound =
    damages.length + fieldDamages.length === 0 &&
    recallDamage === undefined &&
    scoreMapsDamage === undefined;
  if (isSound) writeCard(folder, { version: cardVersion, figures });
  return figures;
}

/**
 * Statistics of the closed collection in a folder. Returns undefined when it must be opened to
 * compute them.
 */
export function readFigures(folder: string): CollectionFigures | undefined {
  const card = readCard(folder, cardVersion);
  if (card === undefined) return undefined;
  // A valid checksum and version prove that this program has written it. JSON leaves out properties
  // that are undefined, which a comparison with a manifest's settings would miss.
  const figures = card.figures as CollectionFigures;
  return { ...figures, settings: chosenSettings(figures.settings) };
}
