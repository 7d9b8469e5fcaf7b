// Original file: sluice/v1/search.proto

import type { FieldKind as _sluice_v1_FieldKind, FieldKind__Output as _sluice_v1_FieldKind__Output } from '../../sluice/v1/FieldKind.js';
import type { Long } from '@grpc/proto-loader';

export interface FacetValue {
  'value'?: (string);
  'kind'?: (_sluice_v1_FieldKind);
  'count'?: (number | string | Long);
}

export interface FacetValue__Output {
  'value': (string);
  'kind': (_sluice_v1_FieldKind__Output);
  'count': (string);
}
