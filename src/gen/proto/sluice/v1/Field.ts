// Original file: sluice/v1/types.proto

import type { KeywordList as _sluice_v1_KeywordList, KeywordList__Output as _sluice_v1_KeywordList__Output } from '../../sluice/v1/KeywordList.js';
import type { IntegerList as _sluice_v1_IntegerList, IntegerList__Output as _sluice_v1_IntegerList__Output } from '../../sluice/v1/IntegerList.js';
import type { FloatList as _sluice_v1_FloatList, FloatList__Output as _sluice_v1_FloatList__Output } from '../../sluice/v1/FloatList.js';
import type { TimeList as _sluice_v1_TimeList, TimeList__Output as _sluice_v1_TimeList__Output } from '../../sluice/v1/TimeList.js';
import type { Long } from '@grpc/proto-loader';

export interface Field {
  'name'?: (string);
  'keyword'?: (string);
  'keywords'?: (_sluice_v1_KeywordList | null);
  'integer'?: (number | string | Long);
  'float'?: (number | string);
  'boolean'?: (boolean);
  'time_ms'?: (number | string | Long);
  'integers'?: (_sluice_v1_IntegerList | null);
  'floats'?: (_sluice_v1_FloatList | null);
  'times'?: (_sluice_v1_TimeList | null);
  'value'?: "keyword"|"keywords"|"integer"|"float"|"boolean"|"time_ms"|"integers"|"floats"|"times";
}

export interface Field__Output {
  'name': (string);
  'keyword'?: (string);
  'keywords'?: (_sluice_v1_KeywordList__Output | null);
  'integer'?: (string);
  'float'?: (number);
  'boolean'?: (boolean);
  'time_ms'?: (string);
  'integers'?: (_sluice_v1_IntegerList__Output | null);
  'floats'?: (_sluice_v1_FloatList__Output | null);
  'times'?: (_sluice_v1_TimeList__Output | null);
  'value'?: "keyword"|"keywords"|"integer"|"float"|"boolean"|"time_ms"|"integers"|"floats"|"times";
}
