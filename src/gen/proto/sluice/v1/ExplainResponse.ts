// Original file: sluice/v1/search.proto

import type { ScoreParts as _sluice_v1_ScoreParts, ScoreParts__Output as _sluice_v1_ScoreParts__Output } from '../../sluice/v1/ScoreParts.js';
import type { TokenMatch as _sluice_v1_TokenMatch, TokenMatch__Output as _sluice_v1_TokenMatch__Output } from '../../sluice/v1/TokenMatch.js';
import type { TermMatch as _sluice_v1_TermMatch, TermMatch__Output as _sluice_v1_TermMatch__Output } from '../../sluice/v1/TermMatch.js';
import type { Span as _sluice_v1_Span, Span__Output as _sluice_v1_Span__Output } from '../../sluice/v1/Span.js';

export interface ExplainResponse {
  'score'?: (number | string);
  'parts'?: (_sluice_v1_ScoreParts | null);
  'passage_number'?: (number);
  'matches'?: (_sluice_v1_TokenMatch)[];
  'terms'?: (_sluice_v1_TermMatch)[];
  'best_bm25'?: (number | string);
  'lexical_weight'?: (number | string);
  'span'?: (_sluice_v1_Span | null);
}

export interface ExplainResponse__Output {
  'score': (number);
  'parts': (_sluice_v1_ScoreParts__Output | null);
  'passage_number': (number);
  'matches': (_sluice_v1_TokenMatch__Output)[];
  'terms': (_sluice_v1_TermMatch__Output)[];
  'best_bm25': (number);
  'lexical_weight': (number);
  'span': (_sluice_v1_Span__Output | null);
}
