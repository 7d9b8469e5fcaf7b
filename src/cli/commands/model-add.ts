// sluice model add: imports a checkpoint folder as a model that collections can use.

import { Option } from "commander";
import type { Command } from "commander";
import { basename, resolve } from "node:path";
import { SluiceError } from "../../core/errors.js";
import { limits } from "../../core/limits.js";
import type { AddedModel } from "../../encoders/add-model.js";
import type { ConventionOverrides } from "../../encoders/describe-checkpoint.js";
import type { ModelKind } from "../../encoders/model-manifest.js";
import type { TitlePlaces } from "../../encoders/passages.js";
import type { CliContext } from "../context.js";
import { wholeNumber } from "../option-parsers.js";
import { addModelsFolder, readPlaces } from "./model-places.js";
import type { ModelPlaceOptions } from "./model-places.js";

export interface AddOptions extends ModelPlaceOptions {
  readonly name?: string;
  readonly kind?: ModelKind;
  readonly file?: string;
  readonly license?: string;
  readonly queryPrefix?: string;
  readonly documentPrefix?: string;
  readonly queryTokens?: number;
  readonly documentTokens?: number;
  readonly expandTo?: number;
  readonly titles?: TitlePlaces;
  readonly json?: boolean;
}

export function addModelAdd(group: Command, context: CliContext): void {
  const command = group
    .command("add <folder>")
    .description(
      "Imports a folder with an ONNX graph and its tokenizer.json: a Hugging Face export, a ColBERT " +
        "checkpoint (artifact.metadata), or one of PyLate or Sentence Transformers (modules.json). " +
        "Markers, lengths, expansion and skipped words are read from its files, and dense layers " +
        "outside the graph from their safetensors. The model is run once before it becomes available.",
    );
  addConventionOptions(command);
  addModelsFolder(command).option("--json", "print one object of JSON");
  command.action(async (folder: string, options: AddOptions) => {
    const source = resolve(folder);
    await addAndReport(
      context,
      { source, name: options.name ?? nameFrom(source), origin: folder },
      options,
    );
  });
}

/** Options for what a model's own files may not contain. */
export function addConventionOptions(command: Command): Command {
  const kind = new Option("--kind <kind>", "kind of the model (default: detected)");
  const titles = new Option("--titles <where>", "which passages start with the document's title");
  return command
    .option("--name <name>", "name of the model (default: the folder's)")
    .addOption(kind.choices(["late-interaction", "cross-encoder"]))
    .option("--file <path>", "the graph in the folder (default: model.onnx, onnx/model.onnx)")
    .option("--license <id>", "license (default: the model card's)")
    .option("--query-prefix <text>", "prefix of queries: a marker or an instruction")
    .option("--document-prefix <text>", "prefix of passages: a marker or an instruction")
    .option(
      "--query-tokens <n>",
      "length of queries in training (longer ones are read too)",
      wholeNumber(16, limits.queryRowsMax),
    )
    .option("--document-tokens <n>", "longest passage", wholeNumber(16, limits.passageRowsMax))
    .addOption(titles.choices(["every_passage", "first_passage", "none"]))
    .option("--expand-to <n>", "mask tokens up to n; 0: none", wholeNumber(0, limits.queryRowsMax));
}

/** Adds the model and prints its properties. */
export async function addAndReport(
  context: CliContext,
  at: { readonly source: string; readonly name: string; readonly origin: string },
  options: AddOptions,
): Promise<void> {
  const [{ addModel }, { modelNamePattern }] = await Promise.all([
    import("../../encoders/add-model.js"),
    import("../../encoders/model-manifest.js"),
  ]);
  if (!modelNamePattern.test(at.name))
    throw new SluiceError(
      "MODEL_INVALID",
      `"${at.name}" cannot be the name of a model; give --name`,
    );
  const { modelsFolder } = readPlaces(options);
  const added = await addModel({
    ...at,
    modelsFolder,
    kind: options.kind,
    graphFile: options.file,
    license: options.license,
    overrides: overridesOf(options),
  });
  if (options.json === true) {
    const { folder, fingerprint, family, manifest } = added;
    context.printJson({ name: manifest.name, folder, family, fingerprint, manifest });
  } else for (const line of addedLines(added)) context.print(line);
}

function overridesOf(options: AddOptions): ConventionOverrides {
  const { queryPrefix, documentPrefix, queryTokens, documentTokens, expandTo } = options;
  return {
    queryPrefix,
    passagePrefix: documentPrefix,
    queryTokens,
    passageTokens: documentTokens,
    expandToTokens: expandTo,
    titles: options.titles,
  };
}

function addedLines({ manifest, family }: AddedModel): string[] {
  const { name } = manifest;
  if (manifest.kind === "cross-encoder") {
    const { maxTokens, queryMaxTokens } = manifest.pair;
    return [
      `added ${name}: a cross-encoder, pairs of ${maxTokens} tokens, ${queryMaxTokens} of the query`,
      `use it: sluice search COLLECTION --rerank=${name} "..."`,
    ];
  }
  const { query, passage, dim } = manifest;
  const expanded = query.expandToTokens === null ? "" : `, padded to ${query.expandToTokens}`;
  const marked = (prefix: string): string => (prefix === "" ? "" : ` after "${prefix}"`);
  return [
    `added ${name}: late interaction, conventions of ${familyNames[family ?? "plain"]}, dim ${dim}`,
    `queries   ${query.maxTokens} tokens in training${marked(query.prefix)}${expanded}`,
    `passages  ${passage.maxTokens} tokens${marked(passage.prefix)}, ${passage.overlapTokens} in common, ${passage.skipTokenIds.length} tokens skipped`,
    `use it: sluice collections create NAME --model ${name}`,
  ];
}

const familyNames = {
  colbert: "ColBERT (artifact.metadata)",
  pylate: "PyLate (config_sentence_transformers.json)",
  "multi-vector-encoder": "MultiVectorEncoder (sentence_bert_config.json)",
  plain: "a plain encoder",
} as const;

/** The last component of a path, without characters that names cannot contain. */
export function nameFrom(path: string): string {
  return basename(path)
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "");
}
