// What a collection is created with, and the centre of its first rows; stored in its manifest.

import type { Centring } from "../core/centre.js";
import type { Sequence } from "../core/ids.js";
import { analyzerSettingsOf } from "../analysis/settings.js";
import type { AnalyzerSettings } from "../analysis/settings.js";
import type { RefineBits } from "../codec/refine-plane.js";
import type { CodeBits } from "../kernels/kernels.js";
import type { RecallCalibration, ScoreCalibration } from "../store/stored-values.js";

/** Of the words: the analyzer's own settings. */
export interface CollectionSettings extends AnalyzerSettings {
  /** `[a-z0-9][a-z0-9_-]{0,62}`; a value, never a path. */
  readonly name: string;
  /** Model that encodes text. Absent when clients must send vectors. */
  readonly modelName?: string | undefined;
  /** SHA-256 of the model folder, hex; undefined together with modelName. */
  readonly modelFingerprint?: string | undefined;
  /** Multiple of 16 in [16, 1024]. */
  readonly dim: number;
  /** Bits a coordinate of token codes and of sketches. */
  readonly bits: CodeBits;
  readonly sketchBits: CodeBits;
  /** Bits a coordinate of the refine plane, more than `bits`. Absent when there is none. */
  readonly refineBits?: RefineBits | undefined;
  /** Seed of the rotation; any 32-bit integer. */
  readonly seed: number;
  /**
   * The centre of the codes, which the first rows determine: the only setting that writes change.
   * Absent in collections of older formats.
   */
  readonly centring?: Centring | undefined;
}

/** What a request has chosen: all but the centre, which the rows determine. */
export function chosenSettings(settings: CollectionSettings): CollectionSettings {
  const { name, modelName, modelFingerprint, dim, bits, sketchBits, refineBits, seed } = settings;
  const words = analyzerSettingsOf(settings);
  const widths = { bits, sketchBits, refineBits };
  return { name, modelName, modelFingerprint, dim, ...widths, ...words, seed };
}

/** The answer of DescribeCollection. */
export interface CollectionStatus {
  readonly settings: CollectionSettings;
  readonly documentCount: number;
  readonly passageCount: number;
  /** Token vectors of live passages. */
  readonly tokenCount: number;
  readonly generation: number;
  /** Sequence of the last acknowledged write; 0: none yet. */
  readonly lastSequence: Sequence;
  readonly segmentCount: number;
  /** Bytes of the collection's folder on disk. */
  readonly diskBytes: number;
  /** Kernels in use, e.g. "native-avx512". */
  readonly kernel: string;
  /** Absent when recall was never measured. */
  readonly recall?: RecallStatus;
  /** Empty: hits have no probability. */
  readonly scoreMaps: readonly ScoreCalibration[];
}

export interface RecallStatus extends RecallCalibration {
  /** True when the collection has changed too much since for searches to report it. */
  readonly isStale: boolean;
}
