// sluice model: the models of the models folder.

import type { Command } from "commander";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfig } from "../../config/load-config.js";
import { SluiceError } from "../../core/errors.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { formatSize } from "../terminal/text.js";

interface ModelOptions {
  readonly modelsFolder?: string;
  readonly json?: boolean;
}

export function addModelCommand(program: Command, context: CliContext): void {
  const group = program
    .command("model")
    .summary("list and verify models")
    .addHelpText("after", "\nExamples:\n  sluice model list\n  sluice model verify");
  addList(group, context);
  addVerify(group, context);
}

function addList(group: Command, context: CliContext): void {
  group
    .command("list")
    .description("Lists the models that collections can be created with.")
    .option("--models-folder <folder>", "folder that holds the models (default: as for serve)")
    .option("--json", "print one array of JSON")
    .action(async (options: ModelOptions) => {
      const { modelsFolder } = readConfig(options);
      const { listModels } = await import("../../encoders/model-folder.js");
      const models = await listModels(modelsFolder);
      if (options.json === true) {
        context.printJson(models);
        return;
      }
      if (models.length === 0) context.print(`no models in ${modelsFolder}`);
      for (const model of models) {
        if ("problem" in model) context.print(`${model.folder}: ${model.problem}`);
        else {
          const facts = `${model.kind}, ${formatSize(model.bytes)}, ${model.license ?? "no license"}`;
          context.print(`${model.name.padEnd(28)} ${facts}`);
        }
      }
    });
}

function addVerify(group: Command, context: CliContext): void {
  group
    .command("verify [model]")
    .description(
      "Compares each file with the manifest's size and SHA-256. Default: the default model.",
    )
    .option("--models-folder <folder>", "folder that holds the models (default: as for serve)")
    .option("--json", "print one object of JSON")
    .action(async (model: string | undefined, options: ModelOptions) => {
      const folder = findModel(model, readConfig(options));
      const { verifyModel, describeDamage } = await import("../../encoders/model-folder.js");
      const { isGood, files, fingerprint, manifest } = await verifyModel(folder);
      if (!isGood) context.setExitCode(exitCodes.damaged.code);
      if (options.json === true) {
        context.printJson({ name: manifest.name, folder, isGood, fingerprint, files });
        return;
      }
      const { green, red } = context.out.style;
      for (const file of files) {
        const line = describeDamage(file);
        context.print(file.state === "good" ? `${green("✓")} ${line}` : `${red("✗")} ${line}`);
      }
      context.print(`${manifest.name}: ${isGood ? `fingerprint ${fingerprint}` : "damaged"}`);
    });
}

interface ModelPlaces {
  readonly modelsFolder: string;
  readonly defaultModel: string;
}

function readConfig({ modelsFolder }: ModelOptions): ModelPlaces {
  return loadConfig({ flags: modelsFolder === undefined ? {} : { modelsFolder } }).config;
}

/** A name in the models folder, or a path. */
function findModel(model: string | undefined, { modelsFolder, defaultModel }: ModelPlaces): string {
  const named = join(modelsFolder, model ?? defaultModel);
  if (existsSync(named)) return named;
  if (model !== undefined && existsSync(resolve(model))) return resolve(model);
  throw new SluiceError(
    "MODEL_INVALID",
    `there is no model ${model ?? defaultModel} in ${modelsFolder}`,
  );
}
