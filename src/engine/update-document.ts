// Changes fields of stored documents. Passages are written again from what is stored: their codes
// and sketches are copied, and only their terms are made anew, so no model runs.

import { setImmediate as nextTurn } from "node:timers/promises";
import { loadLanguage } from "../analysis/analyzer.js";
import type { Analyzer } from "../analysis/query-words.js";
import { present } from "../core/assert.js";
import { centreId } from "../core/centre.js";
import type { Fields, FieldUpdate } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import type { Filter } from "../core/filter.js";
import { createFilterMatch } from "../core/match-filter.js";
import type { PreparedPassage } from "../encoding/prepared-passage.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { Generation, GenerationSegment } from "../index/generation.js";
import { sketchAt } from "../index/segment-parts.js";
import { termsAnew } from "../index/terms-anew.js";
import { validateFields, validateKey } from "../ingest/validate-document.js";
import type { PutOperation, WriteAck } from "../ingest/write-operations.js";
import { checkIfSequence } from "../ingest/write-plan.js";
import type { Scorer } from "../scoring/scorer.js";
import { placeOfPassage } from "../search/passage-ids.js";
import { storedCodes } from "../search/stored-vectors.js";
import type { DocumentRecord } from "../store/stored-values.js";
import type { OpenCollection } from "./open-collection.js";

export interface UpdateParts {
  readonly scorer: Scorer;
  /** The analyzer of a collection. */
  readonly analyzerOf: (settings: CollectionSettings) => Analyzer;
}

/**
 * Rejects as EngineApi has it; a document that is not `within` counts as missing. O(text and codes
 * of the document): the codes are written to the journal again.
 */
export async function updateDocument(
  { collection, writer }: Pick<OpenCollection, "collection" | "writer">,
  update: FieldUpdate,
  { within, ...parts }: UpdateParts & { readonly within: Filter | undefined },
): Promise<WriteAck> {
  const { key, ifSequence } = update;
  validateKey(key);
  const isWithin = within && createFilterMatch(within);
  for (;;) {
    const { generation, settings } = collection;
    const { analyzerVersion } = settings;
    generation.acquire();
    let put: PutOperation;
    try {
      const stored = generation.documents.readDocument(key);
      if (stored === undefined || isWithin?.((name) => stored.fields.get(name), key) === false)
        throw new SluiceError("DOCUMENT_NOT_FOUND", `no document has the key "${key}"`, {
          field: "key",
        });
      if (ifSequence !== undefined) checkIfSequence(ifSequence, stored);
      const fields = changedFields(stored.fields, update);
      validateFields(key, fields);
      const { title, text, sequence: madeFrom } = stored;
      const passages = await storedPassages(generation, stored, { ...parts, settings });
      const made = { passages, analyzerVersion, madeFrom };
      put = { kind: "put", key, title, text, fields, ...made, isWithin };
    } finally {
      generation.release();
    }
    const { isOutdated = false, sequence, passageCount } = await writer.write(put);
    if (!isOutdated) return { key, sequence, passageCount };
  }
}

function changedFields(stored: Fields, { set, remove }: FieldUpdate): Fields {
  const fields = new Map(stored);
  for (const name of remove) fields.delete(name);
  for (const [name, value] of set) fields.set(name, value);
  return fields;
}

async function storedPassages(
  generation: Generation,
  record: DocumentRecord,
  { scorer, analyzerOf, settings }: UpdateParts & { readonly settings: CollectionSettings },
): Promise<PreparedPassage[]> {
  await loadLanguage(settings);
  const analyzer = analyzerOf(settings);
  const passages: PreparedPassage[] = [];
  for (const [number, span] of record.spans.entries()) {
    if (number > 0) await nextTurn();
    const place = placeOfPassage(generation, record, number);
    const { segment, ordinal } = place;
    const { table, part }: GenerationSegment = present(
      generation.segments[segment],
      "the place is of this generation",
    );
    const analyzed = { span, length: table.lengthAt(ordinal) };
    const { codes, refineCodes } = await storedCodes(generation, place, { settings, scorer });
    passages.push({
      span,
      tokenCount: table.tokenCountAt(ordinal),
      codes,
      refineCodes,
      sketch: sketchAt(part, ordinal),
      centreId: centreId(settings.centring),
      terms: termsAnew(analyzed, record, { from: analyzer, to: analyzer }),
    });
  }
  return passages;
}
