// Values that are dear to make and may be asked for again, within a bound of bytes.

export interface BoundedCache<V> {
  get(key: string): V | undefined;
  /** `bytes`: about what value and key take. One that is larger than the bound is not kept. */
  set(key: string, value: V, bytes: number): void;
  figures(): CacheFigures;
}

export interface CacheFigures {
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
  readonly bytes: number;
}

/** Drops what was used least recently. `bytesMax` 0: keeps nothing. */
export function createBoundedCache<V>(bytesMax: number): BoundedCache<V> {
  // A Map keeps the order of insertion: what is used is inserted again.
  const entries = new Map<string, { readonly value: V; readonly bytes: number }>();
  let total = 0;
  let hits = 0;
  let misses = 0;
  const remove = (key: string): void => {
    total -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) {
        misses += 1;
        return undefined;
      }
      hits += 1;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, bytes) {
      remove(key);
      if (bytes > bytesMax) return;
      entries.set(key, { value, bytes });
      total += bytes;
      for (const oldest of entries.keys()) {
        if (total <= bytesMax) break;
        remove(oldest);
      }
    },
    figures: () => ({ hits, misses, entries: entries.size, bytes: total }),
  };
}
