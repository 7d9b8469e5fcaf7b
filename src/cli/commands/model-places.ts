// Options for the location of models, shared by the model commands.

import type { Command } from "commander";
import { loadConfig } from "../../config/load-config.js";

export interface ModelPlaceOptions {
  readonly modelsFolder?: string;
}

export interface ModelPlaces {
  readonly modelsFolder: string;
  readonly defaultModel: string;
  /** The server's data folder. */
  readonly data: string;
}

export function addModelsFolder(command: Command): Command {
  return command.option(
    "--models-folder <folder>",
    "folder that holds the models (default: as for serve)",
  );
}

export function readPlaces({ modelsFolder }: ModelPlaceOptions): ModelPlaces {
  return loadConfig({ flags: modelsFolder === undefined ? {} : { modelsFolder } }).config;
}
