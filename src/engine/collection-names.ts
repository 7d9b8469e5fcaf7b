// The names of a server's collections: known ones, refused ones, and those that are being made.

import { present } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import type { RefusedCollection } from "../core/readiness.js";
import { figuresOf } from "./collection-figures.js";
import type { CollectionFigures } from "./collection-figures.js";
import { notFound } from "./open-set.js";
import type { Entry } from "./open-set.js";

export interface KnownCollection {
  readonly entry: Entry;
  /** Of a closed one; those of an open one are its own. */
  figures: CollectionFigures | undefined;
}

export class CollectionNames {
  private readonly countMax: number;
  private readonly known = new Map<string, KnownCollection>();
  private readonly faults = new Map<string, SluiceError>();
  private readonly making = new Set<string>();
  private isStopping = false;

  constructor(countMax: number) {
    this.countMax = countMax;
  }

  get knownCount(): number {
    return this.known.size;
  }

  /** From now on every name is refused with NOT_READY. */
  stop(): void {
    this.isStopping = true;
  }

  /** Throws COLLECTION_NOT_FOUND, and the fault of a collection that is refused. */
  find(name: string): KnownCollection {
    this.check(name);
    const found = this.known.get(name);
    if (found === undefined) throw notFound(name);
    return found;
  }

  /** Undefined when there is no such collection, or it is refused. */
  get(name: string): KnownCollection | undefined {
    return this.known.get(name);
  }

  all(): IterableIterator<KnownCollection> {
    return this.known.values();
  }

  add(entry: Entry, figures: CollectionFigures | undefined): void {
    this.known.set(entry.name, { entry, figures });
  }

  remove(name: string): void {
    this.known.delete(name);
  }

  /** From now on the name is refused with this error. */
  refuse(name: string, fault: SluiceError): void {
    this.faults.set(name, fault);
  }

  isRefused(name: string): boolean {
    return this.faults.has(name);
  }

  /** Known by name and not served, by name. */
  refused(): readonly RefusedCollection[] {
    return [...this.faults]
      .map(([name, { reason, message }]) => ({ name, reason, message }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Takes a name until it is released. Throws COLLECTION_EXISTS, LIMIT_EXCEEDED, and as `find`. */
  reserve(name: string): () => void {
    this.check(name);
    if (this.known.has(name) || this.making.has(name))
      throw new SluiceError("COLLECTION_EXISTS", `there is a collection "${name}" already`);
    this.checkCount(1);
    this.making.add(name);
    return () => this.making.delete(name);
  }

  /** Throws LIMIT_EXCEEDED when there are too many, with `addedCount` more. */
  checkCount(addedCount: number): void {
    const count = this.known.size + this.faults.size + this.making.size;
    if (count + addedCount <= this.countMax) return;
    throw new SluiceError(
      "LIMIT_EXCEEDED",
      `there are ${count} collections, the limit is ${this.countMax} (collections.countMax)`,
    );
  }

  private check(name: string): void {
    if (this.isStopping) throw engineStoppingError();
    const fault = this.faults.get(name);
    if (fault !== undefined) throw fault;
  }
}

export function figuresOfKnown({ entry, figures }: KnownCollection): CollectionFigures {
  const now = entry.opened === undefined ? figures : figuresOf(entry.opened);
  return present(now, "a closed collection has figures");
}

/** What every call gets once the server stops. */
export function engineStoppingError(): SluiceError {
  return new SluiceError("NOT_READY", "the server is stopping; try again later");
}
