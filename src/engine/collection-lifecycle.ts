// How one collection of a server is opened, closed, and refused when its data is damaged.

import { basename } from "node:path";

import { isSluiceError } from "../core/errors.js";
import type { SluiceError } from "../core/errors.js";
import type { SegmentPart } from "../index/segment-parts.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { WriterOptions } from "../ingest/collection-writer.js";
import { removeCard } from "../store/collection-card.js";
import type { DataFolder } from "../store/data-folder.js";
import type { CollectionStore } from "../store/store.js";
import { figuresOf, keepFigures } from "./collection-figures.js";
import type { CollectionNames } from "./collection-names.js";
import { makeStore, openStore } from "./collection-store.js";
import type { StoreOpening } from "./collection-store.js";
import { closeWithWriter, openWithWriter } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";
import type { Entry } from "./open-set.js";

export interface LifecycleOptions extends WriterOptions {
  /** Called with the folder of a collection that was closed: nothing of it may be kept. */
  readonly onClosed?:
    ((folder: string, parts: readonly SegmentPart[]) => Promise<void>) | undefined;
  /** Called with each collection that was opened. */
  readonly onOpened?: ((opened: OpenCollection) => void) | undefined;
  /** Called when a disk has failed: nothing more is written to the collection in that folder. */
  readonly onStorageFailed?: ((error: SluiceError) => void) | undefined;
  /** Called when a collection of an older format was migrated to the current one. */
  readonly onMigrated?: ((folder: string, segmentCount: number) => void) | undefined;
}

export class CollectionLifecycle {
  private readonly folder: DataFolder;
  private readonly names: CollectionNames;
  private readonly options: LifecycleOptions;
  private readonly opening: StoreOpening;

  constructor(folder: DataFolder, names: CollectionNames, options: LifecycleOptions) {
    const { onStorageFailed: onFailed, onMigrated } = options;
    this.folder = folder;
    this.names = names;
    this.options = options;
    this.opening = {
      storeOptions: { onFailed, checkWritable: () => folder.checkWritable() },
      onMigrated,
    };
  }

  /** The store of a new collection. */
  make(settings: CollectionSettings): Promise<CollectionStore> {
    return makeStore(this.folder, settings, this.opening);
  }

  /** The store in a collection's folder, migrated if it is of an older format. */
  openStore(path: string): Promise<CollectionStore> {
    return openStore(path, this.opening);
  }

  async openWriter(store: CollectionStore): Promise<OpenCollection> {
    const opened = await openWithWriter(store, this.options);
    // From now on it may change.
    removeCard(store.folder);
    this.options.onOpened?.(opened);
    return opened;
  }

  /** A collection that turns out to be damaged is refused by its name from now on. */
  async open({ name, folder: path }: Entry): Promise<OpenCollection> {
    try {
      return await this.openWriter(await this.openStore(path));
    } catch (error) {
      this.refuseDamaged(name, path, error);
      throw error;
    }
  }

  /** Refuses the name from now on, if the error says that the data is damaged. */
  refuseDamaged(name: string, path: string, error: unknown): void {
    if (!isSluiceError(error) || error.reason !== "DATA_CORRUPT") return;
    if (this.names.get(name)?.entry.folder === path) this.names.remove(name);
    this.names.refuse(name, error);
    const place = `collections/${basename(path)}`;
    this.folder.leave({ place, kind: "damaged", message: error.message });
  }

  /** `reason`: the error of what is in progress. */
  async close(
    reason: SluiceError,
    { name, folder: path }: Entry,
    opened: OpenCollection,
  ): Promise<void> {
    const one = this.names.get(name);
    if (one !== undefined) one.figures = figuresOf(opened);
    const parts = opened.collection.generation.segments.map(({ part }) => part);
    await closeWithWriter(opened, reason);
    await this.options.onClosed?.(path, parts);
    // Writes that were in flight have ended since.
    if (one !== undefined) one.figures = keepFigures(path, opened);
  }
}
