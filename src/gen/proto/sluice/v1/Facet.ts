// Original file: sluice/v1/search.proto

import type { FacetValue as _sluice_v1_FacetValue, FacetValue__Output as _sluice_v1_FacetValue__Output } from '../../sluice/v1/FacetValue.js';
import type { Long } from '@grpc/proto-loader';

export interface Facet {
  'field'?: (string);
  'values'?: (_sluice_v1_FacetValue)[];
  'document_count'?: (number | string | Long);
  'error_max'?: (number | string | Long);
}

export interface Facet__Output {
  'field': (string);
  'values': (_sluice_v1_FacetValue__Output)[];
  'document_count': (string);
  'error_max': (string);
}
