// Quotas: how many documents, bytes and collections somebody may hold.

/** Absent: unlimited. */
export interface Quota {
  readonly documentsMax?: number | undefined;
  /** Bytes of the collections' files on disk. */
  readonly bytesMax?: number | undefined;
  readonly collectionsMax?: number | undefined;
}

/** Who has a quota, over the collections that it covers together. */
export interface QuotaHolder {
  /** In errors, such as `the server` or `key 3f9c02d18a44be07`. */
  readonly name: string;
  readonly quota: Quota;
  readonly covers: (collection: string) => boolean;
}

export function isLimited({ documentsMax, bytesMax, collectionsMax }: Quota): boolean {
  return (documentsMax ?? bytesMax ?? collectionsMax) !== undefined;
}
