// Messages between the server and the process that works on backups.

import type { BackupTarget } from "../core/backup-target.js";
import type { ErrorReason } from "../core/errors.js";
import type { BackupContents, BackupPlace } from "./manifest.js";
import type { Retention } from "./remove.js";

export interface BackupSettings {
  readonly target: BackupTarget;
  /** Of one attempt at one request, milliseconds. */
  readonly timeoutMs: number;
  readonly isReadBack: boolean;
  readonly retention: Retention;
}

/** What the process is asked to do; the answer's type is in `BackupResults`. */
export type BackupTask =
  | { readonly kind: "list" }
  | {
      readonly kind: "upload";
      readonly file: string;
      readonly place: BackupPlace;
      readonly contents: BackupContents;
    }
  | { readonly kind: "download"; readonly file: string; readonly place: BackupPlace }
  | { readonly kind: "remove"; readonly place: BackupPlace };

export interface BackupResults {
  readonly list: { readonly backups: readonly BackupInfo[]; readonly warnings: readonly string[] };
  /** `warnings`: retention could not remove something. The backup is complete. */
  readonly upload: { readonly warnings: readonly string[] };
  readonly download: null;
  readonly remove: null;
}

/** A complete backup. */
export interface BackupInfo extends BackupContents {
  readonly id: string;
  readonly bytes: number;
  /** By the storage's clock, milliseconds since 1970. */
  readonly createdMs: number;
}

/** First message to the process. A second one, "cancel", ends the work. */
export interface BackupRequest {
  readonly settings: BackupSettings;
  readonly task: BackupTask;
}

export type BackupMessage =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "done"; readonly result: BackupResults[keyof BackupResults] }
  | { readonly kind: "failed"; readonly reason: ErrorReason; readonly message: string };
