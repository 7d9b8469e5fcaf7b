// Original file: sluice/v1/documents.proto

import type { IngestAck as _sluice_v1_IngestAck, IngestAck__Output as _sluice_v1_IngestAck__Output } from '../../sluice/v1/IngestAck.js';
import type { IngestError as _sluice_v1_IngestError, IngestError__Output as _sluice_v1_IngestError__Output } from '../../sluice/v1/IngestError.js';

export interface DocumentServiceUpdateResponse {
  'acks'?: (_sluice_v1_IngestAck)[];
  'errors'?: (_sluice_v1_IngestError)[];
}

export interface DocumentServiceUpdateResponse__Output {
  'acks': (_sluice_v1_IngestAck__Output)[];
  'errors': (_sluice_v1_IngestError__Output)[];
}
