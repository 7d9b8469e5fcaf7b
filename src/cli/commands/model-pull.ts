// sluice model pull: downloads and adds a known model, or any repository of the hub.

import type { Command } from "commander";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { hubSettings } from "../../config/load-config.js";
import { SluiceError } from "../../core/errors.js";
import { findKnownModel, knownModels } from "../../hub/known-models.js";
import type { CliContext } from "../context.js";
import { createProgressLine } from "../terminal/progress.js";
import type { Progress } from "../terminal/progress.js";
import { addAndReport, addConventionOptions, nameFrom } from "./model-add.js";
import type { AddOptions } from "./model-add.js";
import { addModelsFolder, readPlaces } from "./model-places.js";

interface PullFlags extends AddOptions {
  readonly revision: string;
  readonly url?: string;
}

export function addModelPull(group: Command, context: CliContext): void {
  const command = group
    .command("pull <model>")
    .description(
      "Downloads a known model, or any OWNER/NAME with an ONNX graph, from the Hugging Face Hub, " +
        "verifies every file and adds it. Rerun the command to resume a partial download. A token " +
        "for gated repositories is read from HF_TOKEN.",
    )
    .option("--revision <name>", "branch, tag or commit", "main")
    .option(
      "--url <address>",
      "address of the hub (default: SLUICE_HUB_URL, else https://huggingface.co)",
    );
  addConventionOptions(command);
  addModelsFolder(command)
    .option("--json", "print one object of JSON")
    .addHelpText("after", knownModelsText());
  command.action((model: string, options: PullFlags) => pull(model, options, context));
}

async function pull(model: string, options: PullFlags, context: CliContext): Promise<void> {
  const known = findKnownModel(model);
  if (known === undefined)
    throw new SluiceError(
      "MODEL_INVALID",
      `${model} is not known; give OWNER/NAME, or one of ${Object.keys(knownModels).join(", ")}`,
    );
  const [{ pullModel }, { hubDefaults }, { configFiles }] = await Promise.all([
    import("../../hub/pull.js"),
    import("../../hub/hub-client.js"),
    import("../../encoders/checkpoint-configs.js"),
  ]);
  const name = options.name ?? nameFrom(known.repository);
  const { modelsFolder } = readPlaces(options);
  // Beside the models, so that adding copies within one file system; hidden from listings.
  const folder = join(modelsFolder, `.pulling-${name}`);
  const graphFile = options.file ?? known.graphFile;
  const settings = hubSettings();
  let bar: Progress | undefined;
  const { commit } = await pullModel(
    {
      repository: known.repository,
      revision: options.revision,
      graphFile,
      configFiles,
      folder,
      onBytes(done, total) {
        bar ??= createProgressLine({
          label: name,
          unit: "KiB",
          total: Math.ceil(total / 1024),
          terminal: context.err,
          nowMs: context.nowMs,
        });
        bar.update(Math.floor(done / 1024));
      },
    },
    {
      ...hubDefaults,
      baseUrl: options.url ?? settings.baseUrl ?? hubDefaults.baseUrl,
      token: settings.token,
      signal: context.interrupted,
    },
  ).finally(() => bar?.finish());
  const origin = `${known.repository}@${commit}`;
  const file = graphFile === undefined ? {} : { file: graphFile };
  await addAndReport(context, { source: folder, name, origin }, { ...options, ...file });
  rmSync(folder, { recursive: true, force: true });
}

function knownModelsText(): string {
  const lines = Object.entries(knownModels).map(
    ([name, { about }]) => `  ${name.padEnd(28)} ${about}`,
  );
  return ["", "Known models:", ...lines, "", "Examples:", "  sluice model pull colbertv2.0"].join(
    "\n",
  );
}
