// Original file: sluice/v1/search.proto

import type { WindowPooling as _sluice_v1_WindowPooling, WindowPooling__Output as _sluice_v1_WindowPooling__Output } from '../../sluice/v1/WindowPooling.js';

export interface RerankOptions {
  'model'?: (string);
  'depth'?: (number);
  'weight'?: (number | string);
  'window_pooling'?: (_sluice_v1_WindowPooling);
  '_depth'?: "depth";
  '_weight'?: "weight";
}

export interface RerankOptions__Output {
  'model': (string);
  'depth'?: (number);
  'weight'?: (number);
  'window_pooling': (_sluice_v1_WindowPooling__Output);
  '_depth'?: "depth";
  '_weight'?: "weight";
}
