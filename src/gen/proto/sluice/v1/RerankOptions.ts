// Original file: sluice/v1/search.proto


export interface RerankOptions {
  'model'?: (string);
  'depth'?: (number);
  'weight'?: (number | string);
  '_depth'?: "depth";
  '_weight'?: "weight";
}

export interface RerankOptions__Output {
  'model': (string);
  'depth'?: (number);
  'weight'?: (number);
  '_depth'?: "depth";
  '_weight'?: "weight";
}
