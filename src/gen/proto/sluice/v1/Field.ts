// Original file: sluice/v1/types.proto

import type { KeywordList as _sluice_v1_KeywordList, KeywordList__Output as _sluice_v1_KeywordList__Output } from '../../sluice/v1/KeywordList.js';
import type { Long } from '@grpc/proto-loader';

export interface Field {
  'name'?: (string);
  'keyword'?: (string);
  'keywords'?: (_sluice_v1_KeywordList | null);
  'integer'?: (number | string | Long);
  'float'?: (number | string);
  'boolean'?: (boolean);
  'time_ms'?: (number | string | Long);
  'value'?: "keyword"|"keywords"|"integer"|"float"|"boolean"|"time_ms";
}

export interface Field__Output {
  'name': (string);
  'keyword'?: (string);
  'keywords'?: (_sluice_v1_KeywordList__Output | null);
  'integer'?: (string);
  'float'?: (number);
  'boolean'?: (boolean);
  'time_ms'?: (string);
  'value'?: "keyword"|"keywords"|"integer"|"float"|"boolean"|"time_ms";
}
