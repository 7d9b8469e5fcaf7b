// The models that this server can use, by name and by fingerprint.

import { join } from "node:path";

import { SluiceError } from "../core/errors.js";
import { openModelFolder } from "../encoders/model-folder.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import { modelNamePattern } from "../encoders/model-manifest.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import { openDataFolder } from "../store/data-folder.js";

export interface Models {
  /** Opens and verifies a model's folder once. Throws MODEL_INVALID. */
  open(name: string): Promise<OpenedModel>;
  /**
   * The opened model that the collection was created with. Absent when it has none or the model's
   * files changed.
   */
  of(settings: CollectionSettings): OpenedModel | undefined;
}

export function createModels(modelsFolder: string): Models {
  const opened = new Map<string, OpenedModel>();
  return {
    async open(name) {
      const known = opened.get(name);
      if (known !== undefined) return known;
      if (!modelNamePattern.test(name))
        throw new SluiceError("MODEL_INVALID", `"${name}" cannot be the name of a model`, {
          field: "model",
        });
      const model = await openModelFolder(join(modelsFolder, name));
      opened.set(name, model);
      return model;
    },
    of(settings) {
      const model = settings.modelName === undefined ? undefined : opened.get(settings.modelName);
      return model?.fingerprint === settings.modelFingerprint ? model : undefined;
    },
  };
}

export interface CollectionModel {
  readonly name: string;
  /** Absent when clients send the vectors. */
  readonly modelName: string | undefined;
}

/**
 * Which model each collection of a data folder was made with, without a server.
 * Throws DATA_FOLDER_LOCKED while a server holds the folder, DATA_FORMAT_NEWER, and for a
 * collection whose model cannot be read DATA_CORRUPT or NAME_AMBIGUOUS.
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
