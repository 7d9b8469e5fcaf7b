// Original file: sluice/v1/documents.proto

import type { IngestAck as _sluice_v1_IngestAck, IngestAck__Output as _sluice_v1_IngestAck__Output } from '../../sluice/v1/IngestAck.js';
import type { IngestError as _sluice_v1_IngestError, IngestError__Output as _sluice_v1_IngestError__Output } from '../../sluice/v1/IngestError.js';
import type { Long } from '@grpc/proto-loader';

export interface IngestResponse {
  'acks'?: (_sluice_v1_IngestAck)[];
  'errors'?: (_sluice_v1_IngestError)[];
  'answered_through'?: (number | string | Long);
}

export interface IngestResponse__Output {
  'acks': (_sluice_v1_IngestAck__Output)[];
  'errors': (_sluice_v1_IngestError__Output)[];
  'answered_through': (string);
}
