// The collections of a server: known by name from the start, opened when they are used, closed
// again when they are unused. A closed one costs its name and a few numbers.

import { randomBytes } from "node:crypto";

import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import type { RefusedCollection } from "../core/readiness.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { CodesDamage } from "../scoring/pool-scorer.js";
import type { DataFolder } from "../store/data-folder.js";
import type { CollectionStore } from "../store/store.js";
import { CollectionNames, engineStoppingError, figuresOfKnown } from "./collection-names.js";
import { figuresOf, readFigures } from "./collection-figures.js";
import type { CollectionFigures } from "./collection-figures.js";
import { CollectionLifecycle } from "./collection-lifecycle.js";
import type { LifecycleOptions } from "./collection-lifecycle.js";
import type { OpenCollection } from "./open-collection.js";
import { OpenSet, createEntry } from "./open-set.js";
import type { Use, WaitOptions } from "./open-set.js";

export interface CollectionCounts {
  readonly known: number;
  readonly open: number;
  readonly openMax: number;
}

/** How many collections there may be, and how many of them open. */
export interface CollectionLimits {
  readonly countMax: number;
  readonly openMax: number;
  /** Memory of open collections above which unused ones are closed, bytes. */
  readonly openBytesMax: number;
  /** Time after which an unused one is closed, milliseconds. */
  readonly idleMs: number;
}

export interface CollectionOptions extends Omit<LifecycleOptions, "onIdle"> {
  readonly limits: CollectionLimits;
  readonly clock: Clock;
  /** Called when a collection could not be closed properly. */
  readonly onCloseFailed?: ((error: unknown) => void) | undefined;
}

/** A collection that is being made under a name that is taken meanwhile. */
interface Making {
  /** Opens it and makes it known. */
  enter(store: CollectionStore): Promise<void>;
  /** To be called once, whether it was entered or not. */
  end(): void;
}

/**
 * Makes known what the folder holds. A collection without a readable card, as after a crash, is
 * opened at once; the others when they are used. One that is damaged is refused by its name. Throws
 * LIMIT_EXCEEDED when there are more than `limits.countMax`.
 */
export async function openCollections(
  folder: DataFolder,
  options: CollectionOptions,
): Promise<Collections> {
  const collections = new Collections(folder, options);
  try {
    await collections.load();
  } catch (error) {
    await collections.close();
    throw error;
  }
  return collections;
}

/**
 * Methods that take a name throw COLLECTION_NOT_FOUND, and the fault of a collection that is
 * refused.
 */
export class Collections {
  private readonly folder: DataFolder;
  private readonly options: CollectionOptions;
  private readonly lifecycle: CollectionLifecycle;
  private readonly names: CollectionNames;
  private readonly openSet: OpenSet;

  constructor(folder: DataFolder, options: CollectionOptions) {
    this.folder = folder;
    this.options = options;
    this.names = new CollectionNames(options.limits.countMax);
    this.lifecycle = new CollectionLifecycle(folder, this.names, {
      ...options,
      onIdle: () => this.openSet.closeForWaiting(),
    });
    const unused = closingError();
    this.openSet = new OpenSet({
      ...options.limits,
      clock: options.clock,
      open: (entry) => this.lifecycle.open(entry),
      close: (entry, opened) =>
        this.lifecycle
          .close(unused, entry, opened)
          .catch((error: unknown) => options.onCloseFailed?.(error)),
    });
  }

  /** Makes known what the folder holds; call once, first. */
  async load(): Promise<void> {
    for (const found of this.folder.found) {
      const { name, path } = found;
      if ("fault" in found) {
        this.names.refuse(name, found.fault);
        continue;
      }
      const figures = readFigures(path);
      if (figures?.settings.name === name) this.names.add(createEntry(name, path), figures);
      else await this.openAtStart(name, path);
    }
    this.names.checkCount(0);
  }

  /** Throws DATA_CORRUPT or NAME_AMBIGUOUS for a collection that is refused. Opens nothing. */
  check(name: string): void {
    this.names.find(name);
  }

  /**
   * Opens the collection unless it is open; it stays so until the use is released. Throws
   * OVERLOADED when all that may be open are in use for too long; SYSTEM_LIMIT; DATA_CORRUPT; the
   * signal's reason.
   */
  async acquire(name: string, wait: WaitOptions = {}): Promise<Use> {
    return this.openSet.acquire(this.names.find(name).entry, wait);
  }

  /** As `acquire`, for the time of `work`. */
  async use<T>(
    name: string,
    work: (opened: OpenCollection) => Promise<T> | T,
    wait?: WaitOptions,
  ): Promise<T> {
    const { opened, release } = await this.acquire(name, wait);
    try {
      return await work(opened);
    } finally {
      release();
    }
  }

  /** Returns undefined when the collection does not exist or is not open. */
  opened(name: string): OpenCollection | undefined {
    return this.names.get(name)?.entry.opened;
  }

  /** Those of a closed collection are as they were when it was closed. */
  figures(name: string): CollectionFigures {
    return figuresOfKnown(this.names.find(name));
  }

  list(): CollectionFigures[] {
    return [...this.names.all()].map(figuresOfKnown);
  }

  /** Of those that are open. */
  listOpen(): CollectionFigures[] {
    return [...this.names.all()].flatMap(({ entry: { opened } }) =>
      opened ? [figuresOf(opened)] : [],
    );
  }

  /** Known by name and not served, by name. */
  refused(): readonly RefusedCollection[] {
    return this.names.refused();
  }

  /** Returns undefined when the collection does not exist. */
  settingsOf(name: string): CollectionSettings | undefined {
    const one = this.names.get(name);
    return one && figuresOfKnown(one).settings;
  }

  counts(): CollectionCounts {
    return {
      known: this.names.knownCount,
      open: this.openSet.openCount,
      openMax: this.options.limits.openMax,
    };
  }

  /**
   * Throws COLLECTION_EXISTS, LIMIT_EXCEEDED, DATA_FOLDER_UNAVAILABLE, OVERLOADED, SYSTEM_LIMIT.
   */
  async create(settings: CollectionSettings): Promise<void> {
    const making = await this.begin(settings.name);
    try {
      await making.enter(await this.lifecycle.make(settings));
    } finally {
      making.end();
    }
  }

  /**
   * Makes known, closed, a collection that `make` puts into a folder of its own, under an id that
   * it is given; the name is taken meanwhile. Throws as `create`, and what `make` throws.
   */
  async *adopt<Progress>(
    name: string,
    make: (id: string) => AsyncGenerator<Progress, string, void>,
  ): AsyncGenerator<Progress, void, void> {
    const making = await this.begin(name);
    try {
      const path = yield* make(randomBytes(8).toString("hex"));
      await making.enter(await this.lifecycle.openStore(path));
    } finally {
      making.end();
    }
  }

  async drop(name: string): Promise<void> {
    const { entry } = this.names.find(name);
    this.folder.checkWritable();
    this.names.remove(name);
    const gone = new SluiceError("COLLECTION_NOT_FOUND", `collection "${name}" was dropped`);
    await this.openSet.drop(entry, (opened) => this.lifecycle.close(gone, entry, opened));
    this.folder.removeCollectionFolder(entry.folder);
  }

  /**
   * Closes an open collection once nobody uses it, and runs `work` on its folder; calls that come
   * meanwhile wait. Throws as OpenSet has it, and what `work` throws.
   */
  async whileClosed(name: string, work: (path: string) => Promise<void>): Promise<void> {
    const { entry } = this.names.find(name);
    await this.openSet.closeForAWhile(entry, async (opened) => {
      await this.lifecycle.close(closingError(), entry, opened);
      await work(entry.folder);
    });
  }

  /** Leaves a segment whose codes were found damaged out of every search from now on. */
  quarantine({ folder: path, ...damage }: CodesDamage): void {
    for (const { entry } of this.names.all())
      if (entry.folder === path) entry.opened?.writer.quarantine(damage).catch(() => undefined);
  }

  /** Ends running searches, waits for writes in flight and closes every store. */
  async close(): Promise<void> {
    this.names.stop();
    this.openSet.stop();
    for (const { entry } of this.names.all())
      await this.openSet.drop(entry, (opened) =>
        this.lifecycle.close(engineStoppingError(), entry, opened),
      );
  }

  private begin(name: string): Promise<Making> {
    const enter: EnterPlace = (leave, store) => this.enter(leave, store);
    return beginMaking(name, { names: this.names, openSet: this.openSet, enter });
  }

  /** Opens a collection that is not known yet, in a place that was reserved. */
  private async enter(leave: () => void, store: CollectionStore): Promise<void> {
    const opened = await this.lifecycle.openWriter(store);
    const entry = createEntry(opened.collection.settings.name, store.folder);
    this.names.add(entry, undefined);
    this.openSet.enter(entry, opened, leave);
  }

  private async openAtStart(name: string, path: string): Promise<void> {
    const leave = await this.openSet.reserve({});
    try {
      await this.enter(leave, await this.lifecycle.openStore(path));
    } catch (error) {
      leave();
      this.lifecycle.refuseDamaged(name, path, error);
      if (!this.names.isRefused(name)) throw error;
    }
  }
}

function closingError(): SluiceError {
  return new SluiceError("NOT_READY", "the collection is just being closed; try again");
}

/** Opens a collection in a place that was reserved, which `leave` gives back. */
type EnterPlace = (leave: () => void, store: CollectionStore) => Promise<void>;

/** Takes a name, and a place for one more open collection. */
async function beginMaking(
  name: string,
  { names, openSet, enter }: { names: CollectionNames; openSet: OpenSet; enter: EnterPlace },
): Promise<Making> {
  const release = names.reserve(name);
  let leave: (() => void) | undefined;
  const end = (): void => {
    release();
    leave?.();
  };
  try {
    leave = await openSet.reserve({});
  } catch (error) {
    end();
    throw error;
  }
  return {
    end,
    enter: async (store) => {
      if (leave !== undefined) await enter(leave, store);
      // From now on the place is the collection's.
      leave = undefined;
    },
  };
}
