// Refuses writes to a store whose disk failed or whose file is no longer the one that was opened.

import { statSync } from "node:fs";
import { join } from "node:path";

import { SluiceError, isSluiceError } from "../core/errors.js";
import type { Databases } from "./databases.js";
import { environmentBytes } from "./environment-file.js";
import { checkMapRoom } from "./map-size.js";

export interface StoreOptions {
  /** Called once, when the disk failed or the data file is not the one that was opened. */
  readonly onFailed?: ((error: SluiceError) => void) | undefined;
  /** Called before each write; an error that it throws refuses the write. */
  readonly checkWritable?: (() => void) | undefined;
}

export class WriteGuard {
  readonly #databases: Databases;
  readonly #folder: string;
  readonly #options: StoreOptions;
  readonly #checkFile: () => void;
  #failure: SluiceError | undefined;

  constructor(databases: Databases, folder: string, options: StoreOptions) {
    this.#databases = databases;
    this.#folder = folder;
    this.#options = options;
    this.#checkFile = sameFile(join(folder, "data.mdb"));
  }

  /** Makes every later write fail with the first error that it was called with. */
  fail(error: SluiceError): void {
    if (this.#failure === undefined) this.#options.onFailed?.(error);
    this.#failure ??= error;
  }

  /** Throws DATA_FOLDER_UNAVAILABLE. */
  checkWritable(): void {
    this.#options.checkWritable?.();
    this.#checkFile();
  }

  /** Throws SYSTEM_LIMIT, with nothing written, unless so many bytes fit into the map. */
  checkRoom(bytes: number): void {
    const fileBytes = environmentBytes(this.#folder);
    checkMapRoom({ fileBytes, mapBytes: this.#databases.mapBytes }, bytes);
  }

  /** Runs one commit. */
  async write(commit: () => Promise<void>): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.checkWritable();
    try {
      // Records other than documents and segments are smaller than the room that is kept free.
      this.checkRoom(0);
      await commit();
    } catch (error) {
      if (isSluiceError(error) && error.reason === "STORAGE_FAILED") this.fail(error);
      throw error;
    }
    try {
      this.#checkFile();
    } catch (error) {
      // The commit is in a file that the next start will not find.
      const message = "the data file was deleted or replaced under a write";
      const lost = new SluiceError("STORAGE_FAILED", message, { cause: error });
      this.fail(lost);
      throw lost;
    }
  }
}

/**
 * Throws DATA_FOLDER_UNAVAILABLE once the path leads to another file; LMDB keeps its own one open.
 */
function sameFile(path: string): () => void {
  const { dev, ino } = statSync(path);
  return () => {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.dev === dev && now.ino === ino) return;
    throw new SluiceError(
      "DATA_FOLDER_UNAVAILABLE",
      "nothing was written: the collection's data file was deleted, moved or replaced",
    );
  };
}
