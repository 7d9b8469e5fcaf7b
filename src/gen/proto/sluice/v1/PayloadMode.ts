// Original file: sluice/v1/search.proto

export const PayloadMode = {
  PAYLOAD_MODE_UNSPECIFIED: 'PAYLOAD_MODE_UNSPECIFIED',
  PAYLOAD_MODE_EVERY_UPDATE: 'PAYLOAD_MODE_EVERY_UPDATE',
  PAYLOAD_MODE_ON_FIRST_APPEARANCE: 'PAYLOAD_MODE_ON_FIRST_APPEARANCE',
} as const;

export type PayloadMode =
  | 'PAYLOAD_MODE_UNSPECIFIED'
  | 0
  | 'PAYLOAD_MODE_EVERY_UPDATE'
  | 1
  | 'PAYLOAD_MODE_ON_FIRST_APPEARANCE'
  | 2

export type PayloadMode__Output = typeof PayloadMode[keyof typeof PayloadMode]
