// What the write path takes and answers.

/** Durable: the write is on disk and visible to every search that starts from now on. */
export interface WriteAck {
  readonly key: string;
  /** Sequence of the write in its collection; usable as a search's minSequence. */
  readonly sequence: number;
  /** Passages the document became; 0 for a delete. */
  readonly passageCount: number;
}
