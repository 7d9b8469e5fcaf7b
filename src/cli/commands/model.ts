// sluice model: the models of the models folder.

import type { Command } from "commander";
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { SluiceError } from "../../core/errors.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { formatSize } from "../terminal/text.js";
import { addModelAdd } from "./model-add.js";
import { readPlaces } from "./model-places.js";
import type { ModelPlaceOptions, ModelPlaces } from "./model-places.js";
import { addModelPull } from "./model-pull.js";
import { addModelRemove } from "./model-remove.js";

interface ModelOptions extends ModelPlaceOptions {
  readonly json?: boolean;
}

export function addModelCommand(program: Command, context: CliContext): void {
  const group = program
    .command("model")
    .summary("add, pull, list, verify and remove models")
    .addHelpText("after", examples);
  addList(group, context);
  addVerify(group, context);
  addModelAdd(group, context);
  addModelPull(group, context);
  addModelRemove(group, context);
}

function addList(group: Command, context: CliContext): void {
  group
    .command("list")
    .description("Lists the models that collections can be created with.")
    .option("--models-folder <folder>", "folder that holds the models (default: as for serve)")
    .option("--json", "print one array of JSON")
    .action(async (options: ModelOptions) => {
      const { modelsFolder, defaultModel } = readPlaces(options);
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
          const dim = model.dim === undefined ? "" : `, dim ${model.dim}`;
          const facts = `${model.kind}${dim}, ${formatSize(model.bytes)}, ${model.license ?? "no license"}`;
          const mark = basename(model.folder) === defaultModel ? ", default" : "";
          context.print(`${basename(model.folder).padEnd(28)} ${facts}${mark}`);
        }
      }
    });
}

function addVerify(group: Command, context: CliContext): void {
  group
    .command("verify [model]")
    .description(
      "Compares each file with the manifest's size and SHA-256, and runs the model once. Default: the " +
        "default model.",
    )
    .option("--models-folder <folder>", "folder that holds the models (default: as for serve)")
    .option("--json", "print one object of JSON")
    .action(async (model: string | undefined, options: ModelOptions) => {
      const folder = findModel(model, readPlaces(options));
      const { verifyModel, describeDamage } = await import("../../encoders/model-folder.js");
      const verified = await verifyModel(folder);
      const { isGood, files, fingerprint, manifest } = verified;
      if (!isGood) context.setExitCode(exitCodes.damaged.code);
      if (isGood) await (await import("../../encoders/prove-model.js")).proveModel(verified);
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

const examples = `
Examples:
  sluice model list
  sluice model pull answerai-colbert-small-v1
  sluice model add ./my-colbert --name my-colbert
  sluice model verify my-colbert
  sluice model remove my-colbert`;
