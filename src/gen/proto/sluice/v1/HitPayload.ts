// Original file: sluice/v1/search.proto

import type { Field as _sluice_v1_Field, Field__Output as _sluice_v1_Field__Output } from '../../sluice/v1/Field.js';
import type { Span as _sluice_v1_Span, Span__Output as _sluice_v1_Span__Output } from '../../sluice/v1/Span.js';

export interface HitPayload {
  'title'?: (string);
  'text'?: (string);
  'fields'?: (_sluice_v1_Field)[];
  'highlights'?: (_sluice_v1_Span)[];
  '_title'?: "title";
  '_text'?: "text";
}

export interface HitPayload__Output {
  'title'?: (string);
  'text'?: (string);
  'fields': (_sluice_v1_Field__Output)[];
  'highlights': (_sluice_v1_Span__Output)[];
  '_title'?: "title";
  '_text'?: "text";
}
