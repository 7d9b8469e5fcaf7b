// Original file: sluice/v1/search.proto

import type { Stage as _sluice_v1_Stage, Stage__Output as _sluice_v1_Stage__Output } from '../../sluice/v1/Stage.js';

export interface Degradation {
  'reason'?: (string);
  'message'?: (string);
  'stages'?: (_sluice_v1_Stage)[];
}

export interface Degradation__Output {
  'reason': (string);
  'message': (string);
  'stages': (_sluice_v1_Stage__Output)[];
}
