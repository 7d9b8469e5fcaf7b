// Keys seen by an ingest stream, and the progress of its acknowledgements.

export interface RecentKeys {
  /** Returns false when the key was seen before. */
  add(key: string): boolean;
  remove(key: string): void;
}

/**
 * Keeps at least the last `keyCountMax` / 2 keys in two generations. The older one is dropped when
 * the younger is full, which bounds the memory of an endless stream.
 */
export function createRecentKeys(keyCountMax: number): RecentKeys {
  let younger = new Set<string>();
  let older = new Set<string>();
  return {
    add: (key) => {
      if (younger.has(key) || older.has(key)) return false;
      if (younger.size >= keyCountMax / 2) {
        older = younger;
        younger = new Set();
      }
      younger.add(key);
      return true;
    },
    remove: (key) => {
      younger.delete(key);
      older.delete(key);
    },
  };
}

export interface AnswerMark {
  readonly clientSequence: number;
  isAnswered: boolean;
}

export interface AnswerOrder {
  /** Registers a document. Set `isAnswered` of the mark when its response is ready to be sent. */
  add(clientSequence: number): AnswerMark;
  /** The highest client sequence up to which everything is answered; 0: none. */
  answeredThrough(): number;
}

export function createAnswerOrder(): AnswerOrder {
  // From the first unanswered document on, in ascending client sequence.
  const marks: AnswerMark[] = [];
  let through = 0;
  return {
    add: (clientSequence) => {
      const mark = { clientSequence, isAnswered: false };
      marks.push(mark);
      return mark;
    },
    answeredThrough: () => {
      let count = 0;
      for (const mark of marks) {
        if (!mark.isAnswered) break;
        through = mark.clientSequence;
        count += 1;
      }
      marks.splice(0, count);
      return through;
    },
  };
}
