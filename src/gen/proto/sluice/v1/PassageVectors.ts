// Original file: sluice/v1/documents.proto

import type { Span as _sluice_v1_Span, Span__Output as _sluice_v1_Span__Output } from '../../sluice/v1/Span.js';
import type { Vectors as _sluice_v1_Vectors, Vectors__Output as _sluice_v1_Vectors__Output } from '../../sluice/v1/Vectors.js';

export interface PassageVectors {
  'span'?: (_sluice_v1_Span | null);
  'vectors'?: (_sluice_v1_Vectors | null);
}

export interface PassageVectors__Output {
  'span': (_sluice_v1_Span__Output | null);
  'vectors': (_sluice_v1_Vectors__Output | null);
}
