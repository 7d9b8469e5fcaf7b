// Original file: sluice/v1/types.proto

import type { FilterList as _sluice_v1_FilterList, FilterList__Output as _sluice_v1_FilterList__Output } from '../../sluice/v1/FilterList.js';
import type { Filter as _sluice_v1_Filter, Filter__Output as _sluice_v1_Filter__Output } from '../../sluice/v1/Filter.js';
import type { FieldAnyOf as _sluice_v1_FieldAnyOf, FieldAnyOf__Output as _sluice_v1_FieldAnyOf__Output } from '../../sluice/v1/FieldAnyOf.js';
import type { FieldRange as _sluice_v1_FieldRange, FieldRange__Output as _sluice_v1_FieldRange__Output } from '../../sluice/v1/FieldRange.js';
import type { FieldPrefix as _sluice_v1_FieldPrefix, FieldPrefix__Output as _sluice_v1_FieldPrefix__Output } from '../../sluice/v1/FieldPrefix.js';
import type { KeyAnyOf as _sluice_v1_KeyAnyOf, KeyAnyOf__Output as _sluice_v1_KeyAnyOf__Output } from '../../sluice/v1/KeyAnyOf.js';

export interface Filter {
  'all'?: (_sluice_v1_FilterList | null);
  'any'?: (_sluice_v1_FilterList | null);
  'not'?: (_sluice_v1_Filter | null);
  'any_of'?: (_sluice_v1_FieldAnyOf | null);
  'range'?: (_sluice_v1_FieldRange | null);
  'exists'?: (string);
  'prefix'?: (_sluice_v1_FieldPrefix | null);
  'key_any_of'?: (_sluice_v1_KeyAnyOf | null);
  'key_prefix'?: (string);
  'condition'?: "all"|"any"|"not"|"any_of"|"range"|"exists"|"prefix"|"key_any_of"|"key_prefix";
}

export interface Filter__Output {
  'all'?: (_sluice_v1_FilterList__Output | null);
  'any'?: (_sluice_v1_FilterList__Output | null);
  'not'?: (_sluice_v1_Filter__Output | null);
  'any_of'?: (_sluice_v1_FieldAnyOf__Output | null);
  'range'?: (_sluice_v1_FieldRange__Output | null);
  'exists'?: (string);
  'prefix'?: (_sluice_v1_FieldPrefix__Output | null);
  'key_any_of'?: (_sluice_v1_KeyAnyOf__Output | null);
  'key_prefix'?: (string);
  'condition'?: "all"|"any"|"not"|"any_of"|"range"|"exists"|"prefix"|"key_any_of"|"key_prefix";
}
