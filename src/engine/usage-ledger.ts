// Sizes of collections for quotas, and the documents that are on their way into them.

import type { Clock } from "../core/clock.js";
import { isSluiceError } from "../core/errors.js";
import type { QuotaHolder } from "../core/quota.js";
import type { EngineApi } from "./api.js";

export interface Usage {
  /** Those in flight included. */
  readonly documents: number;
  readonly bytes: number;
  readonly collections: number;
}

/** Time for which the sizes of collections are remembered, milliseconds. */
const surveyMs = 1000;

export class UsageLedger {
  readonly #engine: EngineApi;
  readonly #clock: Clock;
  #sizes = new Map<string, Usage>();
  #surveyedMs = -Infinity;
  /** New documents in flight, by collection. */
  readonly #coming = new Map<string, number>();

  constructor(engine: EngineApi, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /**
   * Of the collections that `covers` names. That of `current` is exact, those of others are up to a
   * second old. O(collections).
   */
  usage(covers: QuotaHolder["covers"], current: string | undefined): Usage {
    this.#survey();
    if (current !== undefined && this.#sizes.has(current)) this.#note(current);
    let [documents, bytes, collections] = [0, 0, 0];
    for (const [name, size] of this.#sizes) {
      if (!covers(name)) continue;
      documents += size.documents + (this.#coming.get(name) ?? 0);
      bytes += size.bytes;
      collections += 1;
    }
    return { documents, bytes, collections };
  }

  /** Writes a new document, which counts from now on. */
  async count<T>(collection: string, put: () => Promise<T>): Promise<T> {
    this.#change(collection, 1);
    try {
      const ack = await put();
      this.#note(collection);
      return ack;
    } finally {
      this.#change(collection, -1);
    }
  }

  /** A document that is replaced does not count, not even one that is damaged. */
  async isStored(collection: string, key: string): Promise<boolean> {
    try {
      const [stored] = await this.#engine.get(collection, [key]);
      return stored !== undefined;
    } catch (error) {
      if (isSluiceError(error) && error.reason === "DATA_CORRUPT") return true;
      throw error;
    }
  }

  exists(collection: string): boolean {
    return this.#engine.listCollections().some(({ settings }) => settings.name === collection);
  }

  /** Collections have come or gone. */
  forget(): void {
    this.#surveyedMs = -Infinity;
  }

  #survey(): void {
    if (this.#clock() - this.#surveyedMs < surveyMs) return;
    this.#surveyedMs = this.#clock();
    this.#sizes = new Map(
      this.#engine.listCollections().map((status) => [status.settings.name, usageOf(status)]),
    );
  }

  #note(collection: string): void {
    this.#sizes.set(collection, usageOf(this.#engine.describeCollection(collection)));
  }

  #change(collection: string, change: number): void {
    const now = (this.#coming.get(collection) ?? 0) + change;
    if (now === 0) this.#coming.delete(collection);
    else this.#coming.set(collection, now);
  }
}

function usageOf(status: { readonly documentCount: number; readonly diskBytes: number }): Usage {
  return { documents: status.documentCount, bytes: status.diskBytes, collections: 1 };
}
