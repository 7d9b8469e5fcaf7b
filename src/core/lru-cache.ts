// LRU cache with a byte budget, for values that are expensive to recompute.

export interface LruCache<V> {
  get(key: string): V | undefined;
  /**
   * `bytes`: approximate size of key and value. An entry larger than the whole budget is not
   * stored.
   */
  set(key: string, value: V, bytes: number): void;
  stats(): CacheStats;
}

export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
  readonly bytes: number;
}

/** Evicts the least recently used entries. With `bytesMax` 0 nothing is stored. */
export function createLruCache<V>(bytesMax: number): LruCache<V> {
  // A Map iterates in insertion order, so every access inserts the entry again.
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
    stats: () => ({ hits, misses, entries: entries.size, bytes: total }),
  };
}
