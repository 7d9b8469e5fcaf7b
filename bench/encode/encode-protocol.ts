// Messages between the encode benchmark and its workers.

export interface EncodeSetup {
  readonly folder: string;
  /** Document texts, which each worker encodes repeatedly. */
  readonly texts: readonly string[];
}

export type EncodeCommand =
  | {
      readonly kind: "measure";
      readonly path: "bare" | "encoder";
      readonly durationMs: number;
    }
  | { readonly kind: "stop" };

export type EncodeReport =
  | { readonly kind: "ready"; readonly startMs: number; readonly rssBytes: number }
  | { readonly kind: "measured"; readonly tokenCount: number; readonly elapsedMs: number };
