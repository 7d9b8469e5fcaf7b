// Original file: sluice/v1/documents.proto

import type { Filter as _sluice_v1_Filter, Filter__Output as _sluice_v1_Filter__Output } from '../../sluice/v1/Filter.js';
import type { Long } from '@grpc/proto-loader';

export interface ExportRequest {
  'collection'?: (string);
  'filter'?: (_sluice_v1_Filter | null);
  'after_key'?: (string);
  'after_sequence'?: (number | string | Long);
  'vectors'?: (boolean);
  '_after_sequence'?: "after_sequence";
}

export interface ExportRequest__Output {
  'collection': (string);
  'filter': (_sluice_v1_Filter__Output | null);
  'after_key': (string);
  'after_sequence'?: (string);
  'vectors': (boolean);
  '_after_sequence'?: "after_sequence";
}
