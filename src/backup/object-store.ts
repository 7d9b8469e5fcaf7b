// What backups need of an object storage.

/** Methods reject with OBJECT_STORE_FAILED. */
export interface ObjectStore {
  /** Resolves once the storage has confirmed it. */
  put(key: string, body: Buffer): Promise<void>;
  /** Undefined when there is no such object. Rejects one of more than `bytesMax` bytes. */
  get(key: string, bytesMax: number): Promise<StoredObject | undefined>;
  /** Names directly below the prefix that contain a slash in their keys, without it. */
  folders(prefix: string): Promise<string[]>;
  /** An object that is not there counts as removed. */
  remove(key: string): Promise<void>;
}

export interface StoredObject {
  readonly body: Buffer;
  /** By the storage's clock, milliseconds since 1970. */
  readonly modifiedMs: number;
}
