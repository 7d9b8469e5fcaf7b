// Original file: sluice/v1/collections.proto

import type { Analyzer as _sluice_v1_Analyzer, Analyzer__Output as _sluice_v1_Analyzer__Output } from '../../sluice/v1/Analyzer.js';

export interface CollectionServiceCreateRequest {
  'name'?: (string);
  'model'?: (string);
  'dim'?: (number);
  'bits'?: (number);
  'sketch_bits'?: (number);
  'analyzer'?: (_sluice_v1_Analyzer);
  'if_not_exists'?: (boolean);
  'stemmer'?: (string);
  'stop_words'?: (string);
  'refine_bits'?: (number);
  '_dim'?: "dim";
  '_bits'?: "bits";
  '_sketch_bits'?: "sketch_bits";
  '_refine_bits'?: "refine_bits";
}

export interface CollectionServiceCreateRequest__Output {
  'name': (string);
  'model': (string);
  'dim'?: (number);
  'bits'?: (number);
  'sketch_bits'?: (number);
  'analyzer': (_sluice_v1_Analyzer__Output);
  'if_not_exists': (boolean);
  'stemmer': (string);
  'stop_words': (string);
  'refine_bits'?: (number);
  '_dim'?: "dim";
  '_bits'?: "bits";
  '_sketch_bits'?: "sketch_bits";
  '_refine_bits'?: "refine_bits";
}
