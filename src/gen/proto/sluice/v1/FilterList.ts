// Original file: sluice/v1/types.proto

import type { Filter as _sluice_v1_Filter, Filter__Output as _sluice_v1_Filter__Output } from '../../sluice/v1/Filter.js';

export interface FilterList {
  'filters'?: (_sluice_v1_Filter)[];
}

export interface FilterList__Output {
  'filters': (_sluice_v1_Filter__Output)[];
}
