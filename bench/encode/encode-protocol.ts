// What the bench and its workers say to each other.

export interface EncodeSetup {
  readonly folder: string;
  /** Document texts; each worker encodes all of them, over and over. */
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
