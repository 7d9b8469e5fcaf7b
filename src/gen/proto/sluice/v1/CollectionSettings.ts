// Original file: sluice/v1/collections.proto

import type { Analyzer as _sluice_v1_Analyzer, Analyzer__Output as _sluice_v1_Analyzer__Output } from '../../sluice/v1/Analyzer.js';

export interface CollectionSettings {
  'name'?: (string);
  'model'?: (string);
  'model_fingerprint'?: (string);
  'dim'?: (number);
  'bits'?: (number);
  'sketch_bits'?: (number);
  'analyzer'?: (_sluice_v1_Analyzer);
  'seed'?: (number);
  'analyzer_version'?: (number);
  'stemmer'?: (string);
  'stop_words'?: (string);
  'refine_bits'?: (number);
  '_refine_bits'?: "refine_bits";
}

export interface CollectionSettings__Output {
  'name': (string);
  'model': (string);
  'model_fingerprint': (string);
  'dim': (number);
  'bits': (number);
  'sketch_bits': (number);
  'analyzer': (_sluice_v1_Analyzer__Output);
  'seed': (number);
  'analyzer_version': (number);
  'stemmer': (string);
  'stop_words': (string);
  'refine_bits'?: (number);
  '_refine_bits'?: "refine_bits";
}
