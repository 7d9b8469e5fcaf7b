// Which model each collection of a data folder was made with, without a server.

import { openDataFolder } from "../store/data-folder.js";
import { openLmdbStore } from "../store/lmdb-store.js";

export interface CollectionModel {
  readonly name: string;
  /** Undefined: vectors are given. */
  readonly modelName: string | undefined;
}

/** Throws DATA_FOLDER_LOCKED while a server holds the folder, DATA_CORRUPT, DATA_FORMAT_NEWER. */
export async function collectionModels(dataFolder: string): Promise<CollectionModel[]> {
  const data = openDataFolder(dataFolder);
  try {
    const found: CollectionModel[] = [];
    for (const folder of data.collectionFolders()) {
      const store = openLmdbStore(folder);
      try {
        if (store.isNew()) continue;
        const { name, modelName } = store.readManifest();
        found.push({ name, modelName });
      } finally {
        await store.close();
      }
    }
    return found;
  } finally {
    data.close();
  }
}
