// Keys of an ingest stream that were seen, and which of its documents were acknowledged.

export interface RecentKeys {
  /** False when the key is remembered already. */
  add(key: string): boolean;
  remove(key: string): void;
}

/**
 * Remembers at least the last half of `keyCountMax` keys: two generations, of which the older is
 * forgotten when the younger is full, so that an endless stream has a bound.
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
  /** Takes note of a document; set `isAnswered` of the mark when its answer is ready to be sent. */
  add(clientSequence: number): AnswerMark;
  /** The highest client sequence up to which everything is answered; 0: none. */
  answeredThrough(): number;
}

export function createAnswerOrder(): AnswerOrder {
  // In the order of client sequences, which rise; as long as documents are unanswered.
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
