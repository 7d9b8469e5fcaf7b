// A part of a running server that is reloaded on SIGHUP.

export interface Reloadable {
  /** Name in the log and in metrics. */
  readonly name: string;
  /**
   * Atomic: throws when something is invalid, and the previous state stays in use. Returns
   * warnings.
   */
  reload(): readonly string[];
}
