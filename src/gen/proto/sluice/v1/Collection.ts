// Original file: sluice/v1/collections.proto

import type { CollectionSettings as _sluice_v1_CollectionSettings, CollectionSettings__Output as _sluice_v1_CollectionSettings__Output } from '../../sluice/v1/CollectionSettings.js';
import type { RecallCalibration as _sluice_v1_RecallCalibration, RecallCalibration__Output as _sluice_v1_RecallCalibration__Output } from '../../sluice/v1/RecallCalibration.js';
import type { ScoreMap as _sluice_v1_ScoreMap, ScoreMap__Output as _sluice_v1_ScoreMap__Output } from '../../sluice/v1/ScoreMap.js';
import type { Long } from '@grpc/proto-loader';

export interface Collection {
  'settings'?: (_sluice_v1_CollectionSettings | null);
  'document_count'?: (number | string | Long);
  'passage_count'?: (number | string | Long);
  'token_count'?: (number | string | Long);
  'generation'?: (number | string | Long);
  'last_sequence'?: (number | string | Long);
  'segment_count'?: (number);
  'disk_bytes'?: (number | string | Long);
  'kernel'?: (string);
  'recall'?: (_sluice_v1_RecallCalibration | null);
  'score_maps'?: (_sluice_v1_ScoreMap)[];
}

export interface Collection__Output {
  'settings': (_sluice_v1_CollectionSettings__Output | null);
  'document_count': (string);
  'passage_count': (string);
  'token_count': (string);
  'generation': (string);
  'last_sequence': (string);
  'segment_count': (number);
  'disk_bytes': (string);
  'kernel': (string);
  'recall': (_sluice_v1_RecallCalibration__Output | null);
  'score_maps': (_sluice_v1_ScoreMap__Output)[];
}
