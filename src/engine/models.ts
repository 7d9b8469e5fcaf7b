// The models that this server can use, by name and by fingerprint.

import { readdirSync } from "node:fs";
import { join } from "node:path";

import { SluiceError } from "../core/errors.js";
import { openModelFolder } from "../encoders/model-folder.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import { modelNamePattern } from "../encoders/model-manifest.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import { openDataFolder } from "../store/data-folder.js";

export interface Models {
  /** The name that an alias stands for; any other name is its own. */
  resolve(name: string): string;
  /** Opens and verifies a model's folder once. Throws MODEL_NOT_FOUND and MODEL_INVALID. */
  open(name: string): Promise<OpenedModel>;
  /**
   * The opened model that the collection was created with. Absent when it has none or the model's
   * files changed.
   */
  of(settings: CollectionSettings): OpenedModel | undefined;
}

/** `aliases`: other names of models. */
export function createModels(
  modelsFolder: string,
  aliases: ReadonlyMap<string, string> = new Map(),
): Models {
  const opened = new Map<string, OpenedModel>();
  const resolve = (name: string): string => aliases.get(name) ?? name;
  return {
    resolve,
    async open(asked) {
      const name = resolve(asked);
      const known = opened.get(name);
      if (known !== undefined) return known;
      if (!modelNamePattern.test(name))
        throw new SluiceError("MODEL_INVALID", `"${name}" cannot be the name of a model`, {
          field: "model",
        });
      const there = namesIn(modelsFolder);
      if (!there.includes(name)) throw notFound(name, [...there, ...aliases.keys()]);
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

/** Folders that have a manifest, or could be meant to have one. */
function namesIn(modelsFolder: string): string[] {
  try {
    const entries = readdirSync(modelsFolder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() ? [] : entry.name)).sort();
  } catch {
    return [];
  }
}

function notFound(name: string, there: readonly string[]): SluiceError {
  const listed = there.length === 0 ? "no others" : there.join(", ");
  const message = `there is no model "${name}"; there are ${listed}`;
  return new SluiceError("MODEL_NOT_FOUND", message, { field: "model" });
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
