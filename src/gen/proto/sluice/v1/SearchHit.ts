// Original file: sluice/v1/search.proto

import type { ScoreParts as _sluice_v1_ScoreParts, ScoreParts__Output as _sluice_v1_ScoreParts__Output } from '../../sluice/v1/ScoreParts.js';
import type { Span as _sluice_v1_Span, Span__Output as _sluice_v1_Span__Output } from '../../sluice/v1/Span.js';
import type { HitPayload as _sluice_v1_HitPayload, HitPayload__Output as _sluice_v1_HitPayload__Output } from '../../sluice/v1/HitPayload.js';

export interface SearchHit {
  'key'?: (string);
  'rank'?: (number);
  'score'?: (number | string);
  'parts'?: (_sluice_v1_ScoreParts | null);
  'passage_number'?: (number);
  'span'?: (_sluice_v1_Span | null);
  'payload'?: (_sluice_v1_HitPayload | null);
}

export interface SearchHit__Output {
  'key': (string);
  'rank': (number);
  'score': (number);
  'parts': (_sluice_v1_ScoreParts__Output | null);
  'passage_number': (number);
  'span': (_sluice_v1_Span__Output | null);
  'payload': (_sluice_v1_HitPayload__Output | null);
}
