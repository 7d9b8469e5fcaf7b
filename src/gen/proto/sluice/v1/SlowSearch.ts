// Original file: sluice/v1/search.proto

import type { SearchOutcome as _sluice_v1_SearchOutcome, SearchOutcome__Output as _sluice_v1_SearchOutcome__Output } from '../../sluice/v1/SearchOutcome.js';
import type { Certificate as _sluice_v1_Certificate, Certificate__Output as _sluice_v1_Certificate__Output } from '../../sluice/v1/Certificate.js';
import type { StageTimings as _sluice_v1_StageTimings, StageTimings__Output as _sluice_v1_StageTimings__Output } from '../../sluice/v1/StageTimings.js';
import type { Coverage as _sluice_v1_Coverage, Coverage__Output as _sluice_v1_Coverage__Output } from '../../sluice/v1/Coverage.js';
import type { Degradation as _sluice_v1_Degradation, Degradation__Output as _sluice_v1_Degradation__Output } from '../../sluice/v1/Degradation.js';
import type { Long } from '@grpc/proto-loader';

export interface SlowSearch {
  'collection'?: (string);
  'query_text'?: (string);
  'end_time_ms'?: (number | string | Long);
  'duration_us'?: (number | string | Long);
  'first_update_us'?: (number | string | Long);
  'outcome'?: (_sluice_v1_SearchOutcome);
  'certificate'?: (_sluice_v1_Certificate);
  'timings'?: (_sluice_v1_StageTimings | null);
  'coverage'?: (_sluice_v1_Coverage | null);
  'degradations'?: (_sluice_v1_Degradation)[];
  'request_id'?: (string);
  '_first_update_us'?: "first_update_us";
}

export interface SlowSearch__Output {
  'collection': (string);
  'query_text': (string);
  'end_time_ms': (string);
  'duration_us': (string);
  'first_update_us'?: (string);
  'outcome': (_sluice_v1_SearchOutcome__Output);
  'certificate': (_sluice_v1_Certificate__Output);
  'timings': (_sluice_v1_StageTimings__Output | null);
  'coverage': (_sluice_v1_Coverage__Output | null);
  'degradations': (_sluice_v1_Degradation__Output)[];
  'request_id': (string);
  '_first_update_us'?: "first_update_us";
}
