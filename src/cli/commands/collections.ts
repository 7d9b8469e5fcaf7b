// sluice collections: list, create, describe and drop collections.

import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type {
  ClientCollection,
  ClientCollectionSettings,
  ClientCreateCollection,
  ClientFinding,
} from "../../client/types.js";
import { createdFields } from "../../contract/collections.js";
import { toJson } from "../../contract/to-json.js";
import { collectionJson } from "../collection-json.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { wholeNumber } from "../option-parsers.js";
import { recallLines } from "./calibrate.js";
import { formatCount, formatSize } from "../terminal/text.js";

interface Options extends ConnectionOptions {
  readonly json?: boolean;
}

interface CreateOptions extends Options, CollectionSettingsOptions {
  readonly ifNotExists?: boolean;
}

export function addCollectionsCommand(program: Command, context: CliContext): void {
  const group = program
    .command("collections")
    .summary("list, create, describe and drop collections")
    .addHelpText("after", examples);
  addList(group, context);
  addCreate(group, context);
  addDescribe(group, context);
  addDrop(group, context);
}

function addList(group: Command, context: CliContext): void {
  const command = group.command("list").description("Lists the collections by name.");
  addConnectionOptions(command.option("--json", "print one object of JSON"));
  command.action(async (options: Options) => {
    const { collections, refused, findings } = await withClient(options, (client) =>
      client.collections.survey({ signal: context.interrupted }),
    );
    for (const { name, reason, message } of refused)
      context.warn(`${name} is not served: ${message} (${reason})`);
    for (const finding of findings) context.warn(findingLine(finding));
    if (options.json === true) {
      const served = collections.map(collectionJson);
      context.printJson({ collections: served, refused, findings });
      return;
    }
    if (collections.length + refused.length === 0) context.print("no collections");
    for (const { settings, documentCount, passageCount, diskBytes } of collections) {
      const sizes = `${formatCount(documentCount)} documents, ${formatCount(passageCount)} passages`;
      context.print(`${settings.name.padEnd(24)} ${sizes}, ${formatSize(diskBytes)}`);
    }
  });
}

function addCreate(group: Command, context: CliContext): void {
  const command = addCollectionSettings(group.command("create <name>"))
    .description("Creates an empty collection. Its settings cannot be changed later.")
    .option("--if-not-exists", "do nothing if it exists with these settings")
    .option("--json", "print the settings as JSON");
  addConnectionOptions(command);
  command.action(async (name: string, options: CreateOptions) => {
    const request = { ...settingsOf(name, options), ifNotExists: options.ifNotExists === true };
    const settings = await withClient(options, (client) =>
      client.collections.create(request, { signal: context.interrupted }),
    );
    if (options.json === true) {
      context.printJson(toJson(createdFields, { settings }));
      return;
    }
    context.print(`created ${settings.name}: ${settingsLine(settings)}`);
  });
}

/** Adds the options for the settings of a new collection. */
export function addCollectionSettings(command: Command): Command {
  const analyzer = command.createOption("--analyzer <name>", "how text becomes terms");
  return command
    .option("--model <name>", "model folder that encodes text (default: the server's)")
    .option("--dim <n>", "for precomputed vectors, without a model", wholeNumber(16, 1024))
    .option("--bits <n>", "bits per dimension of token codes: 1, 2, 4, 8 (default: 2)", bitCount)
    .option("--sketch-bits <n>", "bits per dimension of sketches (default: 2)", bitCount)
    .option("--refine-bits <n>", "bits of a refine plane: 4, 8 (default: none)", bitCount)
    .addOption(analyzer.choices(["english", "unicode"]))
    .option("--stemmer <language>", "stem the words of this language, or none")
    .option("--stop-words <language>", "skip the stop words of this language, or none");
}

function bitCount(text: string): number {
  if (["1", "2", "4", "8"].includes(text)) return Number(text);
  throw new InvalidArgumentError("Expected 1, 2, 4 or 8.");
}

export interface CollectionSettingsOptions {
  readonly model?: string;
  readonly dim?: number;
  readonly bits?: number;
  readonly sketchBits?: number;
  readonly refineBits?: number;
  readonly analyzer?: string;
  readonly stemmer?: string;
  readonly stopWords?: string;
}

export function settingsOf(
  name: string,
  options: CollectionSettingsOptions,
): ClientCreateCollection {
  const { model, dim, bits, sketchBits, refineBits, analyzer, stemmer, stopWords } = options;
  return {
    name,
    modelName: model,
    dim,
    bits,
    sketchBits,
    refineBits,
    analyzer: analyzer === "unicode" || analyzer === "english" ? analyzer : undefined,
    stemmer,
    stopWords,
  };
}

function addDescribe(group: Command, context: CliContext): void {
  const command = group.command("describe <name>").description("Prints settings and sizes.");
  addConnectionOptions(command.option("--json", "print one object of JSON"));
  command.action(async (name: string, options: Options) => {
    const collection = await withClient(options, (client) =>
      client.collections.describe(name, { signal: context.interrupted }),
    );
    if (options.json === true) {
      const { findings } = collection;
      context.printJson({ collection: collectionJson(collection), findings });
      return;
    }
    for (const line of describeLines(collection)) context.print(line);
    for (const finding of collection.findings) context.warn(findingLine(finding));
  });
}

function findingLine({ place, kind, message }: ClientFinding): string {
  return `${place} (${kind}): ${message}`;
}

function describeLines(collection: ClientCollection): string[] {
  const { settings } = collection;
  return [
    `name        ${settings.name}`,
    `settings    ${settingsLine(settings)}`,
    `documents   ${formatCount(collection.documentCount)}`,
    `passages    ${formatCount(collection.passageCount)}`,
    `tokens      ${formatCount(collection.tokenCount)}`,
    `segments    ${formatCount(collection.segmentCount)}`,
    `generation  ${collection.generation}, last write ${collection.lastSequence}`,
    `on disk     ${formatSize(collection.diskBytes)}`,
    `kernel      ${collection.kernel}`,
    ...recallSection(collection),
    ...scoresSection(collection),
  ];
}

function recallSection({ recall, settings }: ClientCollection): string[] {
  if (recall === undefined) return ["recall      not measured: sluice calibrate recall"];
  const { areSamplesGiven, passageCount, isStale, estimates, confidence } = recall;
  const samples = areSamplesGiven ? "given samples" : "samples drawn from its passages";
  const remedy = `out of date: sluice calibrate recall ${settings.name}`;
  return [
    `recall      of the exact top 10, by ${samples}, at ${formatCount(passageCount)} passages`,
    ...(isStale ? [`            ${remedy}`] : []),
    ...recallLines(estimates, confidence).map((line) => `            ${line}`),
  ];
}

function scoresSection({ scoreMaps }: ClientCollection): string[] {
  return scoreMaps.map(({ map, lexicalWeight, rerank, queryCount, brier, ece }, i) => {
    const reranked = rerank && `, re-ranked by ${rerank.model} with ${rerank.weight}`;
    const figures = `Brier ${brier.toFixed(4)}, ECE ${ece.toFixed(4)}, ${queryCount} queries`;
    const searches = `lexical weight ${lexicalWeight}${reranked ?? ""}`;
    return `${i === 0 ? "scores" : "      "}      ${map.method} for ${searches}: ${figures}`;
  });
}

function settingsLine(settings: ClientCollection["settings"]): string {
  const { modelName, dim, bits, sketchBits, refineBits } = settings;
  const model = modelName === undefined ? "given vectors" : `model ${modelName}`;
  const refine = refineBits === undefined ? "" : ` and ${refineBits} to refine`;
  return `${model}, dim ${dim}, ${bits} bits${refine}, ${sketchBits} sketch bits, ${wordsLine(settings)}`;
}

function addDrop(group: Command, context: CliContext): void {
  const command = group
    .command("drop <name>")
    .description("Permanently deletes a collection and all its documents.")
    .option("-y, --yes", "confirm the deletion")
    .option("--json", "print what was dropped as JSON");
  addConnectionOptions(command);
  command.action(async (name: string, options: Options & { readonly yes?: boolean }) => {
    if (options.yes !== true) {
      const fault = `error: dropping ${name} permanently deletes all its documents; confirm with --yes`;
      command.error(fault);
    }
    await withClient(options, (client) =>
      client.collections.drop(name, { signal: context.interrupted }),
    );
    if (options.json === true) context.printJson({ dropped: name });
    else context.print(`dropped ${name}`);
  });
}

const examples = `
Examples:
  sluice collections create docs --bits 4
  sluice collections describe docs --json
  sluice collections drop docs --yes`;

/** The analyzer, and settings that differ from its defaults. */
function wordsLine(settings: ClientCollectionSettings): string {
  const { analyzer, analyzerVersion, stemmer, stopWords } = settings;
  const usual = analyzer === "english" ? "english" : "none";
  return [
    `${analyzer} words`,
    ...(stemmer === usual ? [] : [`stemmer ${stemmer}`]),
    ...(stopWords === usual ? [] : [`stop words ${stopWords}`]),
    ...(analyzerVersion === 1 ? ["analyzer version 1"] : []),
  ].join(", ");
}
