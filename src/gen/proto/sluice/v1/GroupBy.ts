// Original file: sluice/v1/search.proto


export interface GroupBy {
  'field'?: (string);
  'group_size'?: (number);
  '_group_size'?: "group_size";
}

export interface GroupBy__Output {
  'field': (string);
  'group_size'?: (number);
  '_group_size'?: "group_size";
}
