// sluice model remove: deletes a model that no collection needs.

import type { Command } from "commander";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { SluiceError } from "../../core/errors.js";
import type { CliContext } from "../context.js";
import { addModelsFolder, readPlaces } from "./model-places.js";
import type { ModelPlaceOptions } from "./model-places.js";

interface RemoveOptions extends ModelPlaceOptions {
  readonly data?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addModelRemove(group: Command, context: CliContext): void {
  const command = group
    .command("remove <model>")
    .description(
      "Deletes a model's folder, unless it is the default or a collection of the data folder " +
        "uses it; without its model a collection has lexical search only. A running server " +
        "keeps what it has loaded.",
    )
    .option("--data <folder>", "data folder whose collections are checked (default: as for serve)")
    .option("-f, --force", "delete it anyway");
  addModelsFolder(command).option("--json", "print what was removed as JSON");
  command.action(async (model: string, options: RemoveOptions) => {
    const { modelsFolder, defaultModel, data } = readPlaces(options);
    const folder = join(modelsFolder, model);
    if (!/^[a-zA-Z0-9]/.test(model) || !existsSync(join(folder, "manifest.json")))
      throw new SluiceError("MODEL_INVALID", `there is no model ${model} in ${modelsFolder}`);
    if (options.force !== true) {
      if (model === defaultModel)
        throw inUse(`${model} is the default model; set defaultModel first, or use --force`);
      const users = await collectionsWith(model, resolve(options.data ?? data));
      if (users.length > 0)
        throw inUse(`${model} is the model of ${users.join(", ")}; drop them, or use --force`);
    }
    // Renamed first, so that it disappears at once however long deleting takes.
    const going = join(modelsFolder, `.removing-${model}-${process.pid}`);
    renameSync(folder, going);
    rmSync(going, { recursive: true, force: true });
    if (options.json === true) context.printJson({ removed: model, folder });
    else context.print(`removed ${folder}`);
  });
}

/** Names of the collections that use the model. Throws DATA_FOLDER_LOCKED. */
async function collectionsWith(model: string, data: string): Promise<string[]> {
  if (!existsSync(join(data, "collections"))) return [];
  const { collectionModels } = await import("../../engine/models.js");
  return collectionModels(data)
    .filter(({ modelName }) => modelName === model)
    .map(({ name }) => name);
}

function inUse(message: string): SluiceError {
  return new SluiceError("MODEL_IN_USE", message);
}
