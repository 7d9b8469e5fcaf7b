// Limits of lists and strings in a request, checked on its raw bytes before any object is created.

import { limits } from "../core/limits.js";

/**
 * Maximum number of entries of each repeated field in a request, by the field's full name. The
 * server does not start when a field has no entry here.
 */
export const entriesMax: Readonly<Record<string, number>> = {
  "sluice.v1.IngestRequest.items": limits.ingestMessageDocumentsMax,
  "sluice.v1.Document.fields": limits.fieldCountMax,
  "sluice.v1.KeywordList.values": limits.fieldListMax,
  "sluice.v1.IntegerList.values": limits.fieldListMax,
  "sluice.v1.FloatList.values": limits.fieldListMax,
  "sluice.v1.TimeList.values_ms": limits.fieldListMax,
  "sluice.v1.DocumentServiceUpdateRequest.updates": limits.keysPerRequestMax,
  "sluice.v1.FieldUpdate.set": limits.fieldCountMax,
  "sluice.v1.FieldUpdate.remove": limits.fieldCountMax,
  "sluice.v1.DocumentServiceGetRequest.keys": limits.keysPerRequestMax,
  "sluice.v1.DocumentServiceDeleteRequest.keys": limits.keysPerRequestMax,
  "sluice.v1.FilterList.filters": limits.filterConditionsMax,
  "sluice.v1.KeyAnyOf.keys": limits.filterValuesMax,
  "sluice.v1.FieldAnyOf.values": limits.filterValuesMax,
  "sluice.v1.SearchRequest.other_queries": limits.otherQueryCountMax,
  "sluice.v1.SearchRequest.facets": limits.facetCountMax,
  "sluice.v1.RerankRequest.items": limits.rerankItemsMax,
  "sluice.v1.CollectionServiceCalibrateRequest.sample_queries": limits.sampleQueriesMax,
  "sluice.v1.CollectionServiceCalibrateRequest.samples": limits.sampleQueriesMax,
  "sluice.v1.CollectionServiceSetScoreMapsRequest.score_maps": limits.scoreMapsMax,
  "sluice.v1.IsotonicMap.scores": limits.scoreMapPointsMax,
  "sluice.v1.IsotonicMap.probabilities": limits.scoreMapPointsMax,
};

/** Strings that may be longer than `limits.shortStringBytesMax`. */
export const longStringsMax: Readonly<Record<string, number>> = {
  "sluice.v1.Document.text": limits.textBytesMax,
  "sluice.v1.RerankItem.text": limits.textBytesMax,
};
