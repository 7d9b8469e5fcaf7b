// Original file: sluice/v1/documents.proto

import type { StoredDocument as _sluice_v1_StoredDocument, StoredDocument__Output as _sluice_v1_StoredDocument__Output } from '../../sluice/v1/StoredDocument.js';
import type { PassageVectors as _sluice_v1_PassageVectors, PassageVectors__Output as _sluice_v1_PassageVectors__Output } from '../../sluice/v1/PassageVectors.js';

export interface ExportedDocument {
  'stored'?: (_sluice_v1_StoredDocument | null);
  'passages'?: (_sluice_v1_PassageVectors)[];
}

export interface ExportedDocument__Output {
  'stored': (_sluice_v1_StoredDocument__Output | null);
  'passages': (_sluice_v1_PassageVectors__Output)[];
}
