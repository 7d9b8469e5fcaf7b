// Which model each collection of a data folder was made with, without a server.

import { openDataFolder } from "../store/data-folder.js";

export interface CollectionModel {
  readonly name: string;
  /** Undefined: vectors are given. */
  readonly modelName: string | undefined;
}

/**
 * Throws DATA_FOLDER_LOCKED while a server holds the folder, DATA_FORMAT_NEWER, and for a collection
 * that does not tell its model DATA_CORRUPT or NAME_AMBIGUOUS.
 */
export function collectionModels(dataFolder: string): CollectionModel[] {
  const data = openDataFolder(dataFolder);
  try {
    return data.found.map((found) => {
      if ("fault" in found) throw found.fault;
      return { name: found.name, modelName: found.manifest.modelName };
    });
  } finally {
    data.close();
  }
}
