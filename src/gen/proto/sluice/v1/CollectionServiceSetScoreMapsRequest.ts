// Original file: sluice/v1/collections.proto

import type { ScoreMap as _sluice_v1_ScoreMap, ScoreMap__Output as _sluice_v1_ScoreMap__Output } from '../../sluice/v1/ScoreMap.js';

export interface CollectionServiceSetScoreMapsRequest {
  'name'?: (string);
  'score_maps'?: (_sluice_v1_ScoreMap)[];
}

export interface CollectionServiceSetScoreMapsRequest__Output {
  'name': (string);
  'score_maps': (_sluice_v1_ScoreMap__Output)[];
}
