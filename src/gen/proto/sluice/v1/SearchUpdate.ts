// Original file: sluice/v1/search.proto

import type { Stage as _sluice_v1_Stage, Stage__Output as _sluice_v1_Stage__Output } from '../../sluice/v1/Stage.js';
import type { Certificate as _sluice_v1_Certificate, Certificate__Output as _sluice_v1_Certificate__Output } from '../../sluice/v1/Certificate.js';
import type { Coverage as _sluice_v1_Coverage, Coverage__Output as _sluice_v1_Coverage__Output } from '../../sluice/v1/Coverage.js';
import type { StageTimings as _sluice_v1_StageTimings, StageTimings__Output as _sluice_v1_StageTimings__Output } from '../../sluice/v1/StageTimings.js';
import type { Degradation as _sluice_v1_Degradation, Degradation__Output as _sluice_v1_Degradation__Output } from '../../sluice/v1/Degradation.js';
import type { SearchHit as _sluice_v1_SearchHit, SearchHit__Output as _sluice_v1_SearchHit__Output } from '../../sluice/v1/SearchHit.js';
import type { AssembledContext as _sluice_v1_AssembledContext, AssembledContext__Output as _sluice_v1_AssembledContext__Output } from '../../sluice/v1/AssembledContext.js';
import type { Facet as _sluice_v1_Facet, Facet__Output as _sluice_v1_Facet__Output } from '../../sluice/v1/Facet.js';
import type { ScoreKind as _sluice_v1_ScoreKind, ScoreKind__Output as _sluice_v1_ScoreKind__Output } from '../../sluice/v1/ScoreKind.js';
import type { Long } from '@grpc/proto-loader';

export interface SearchUpdate {
  'sequence'?: (number);
  'final'?: (boolean);
  'stage'?: (_sluice_v1_Stage);
  'certificate'?: (_sluice_v1_Certificate);
  'base_certificate'?: (_sluice_v1_Certificate);
  'expected_recall'?: (number | string);
  'coverage'?: (_sluice_v1_Coverage | null);
  'settled_count'?: (number);
  'generation'?: (number | string | Long);
  'timings'?: (_sluice_v1_StageTimings | null);
  'degradations'?: (_sluice_v1_Degradation)[];
  'hits'?: (_sluice_v1_SearchHit)[];
  'context'?: (_sluice_v1_AssembledContext | null);
  'abstained'?: (boolean);
  'document_count'?: (number | string | Long);
  'facets'?: (_sluice_v1_Facet)[];
  'score_kind'?: (_sluice_v1_ScoreKind);
  '_expected_recall'?: "expected_recall";
  '_document_count'?: "document_count";
}

export interface SearchUpdate__Output {
  'sequence': (number);
  'final': (boolean);
  'stage': (_sluice_v1_Stage__Output);
  'certificate': (_sluice_v1_Certificate__Output);
  'base_certificate': (_sluice_v1_Certificate__Output);
  'expected_recall'?: (number);
  'coverage': (_sluice_v1_Coverage__Output | null);
  'settled_count': (number);
  'generation': (string);
  'timings': (_sluice_v1_StageTimings__Output | null);
  'degradations': (_sluice_v1_Degradation__Output)[];
  'hits': (_sluice_v1_SearchHit__Output)[];
  'context': (_sluice_v1_AssembledContext__Output | null);
  'abstained': (boolean);
  'document_count'?: (string);
  'facets': (_sluice_v1_Facet__Output)[];
  'score_kind': (_sluice_v1_ScoreKind__Output);
  '_expected_recall'?: "expected_recall";
  '_document_count'?: "document_count";
}
