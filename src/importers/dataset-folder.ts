// Folders of the form that the Hugging Face hub gives to data sets.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isSluiceError } from "../core/errors.js";
import { keepFiles } from "./folder.js";
import type { FolderFiles } from "./folder.js";
import type { InputFormat } from "./input-formats.js";
import { readFrontMatter } from "./front-matter.js";

/** Descriptions that lie beside the data. */
const descriptions: ReadonlySet<string> = new Set([
  ...["dataset_dict.json", "dataset_info.json", "dataset_infos.json", "state.json"],
]);

/** Formats of rows. */
const rowFormats: ReadonlySet<InputFormat> = new Set(["parquet", "json", "jsonl", "csv", "tsv"]);

/**
 * Whether a folder is a data set: it has a description, or a README.md whose front matter describes
 * one, or nothing but Parquet files and such texts beside them.
 */
export async function isDatasetFolder(folder: string, { files }: FolderFiles): Promise<boolean> {
  if (Array.from(descriptions).some((name) => existsSync(join(folder, name)))) return true;
  const card = files.find(({ name }) => name === "README.md");
  if (card !== undefined && describesDataset(await readFile(card.path, "utf8"))) return true;
  const hasParquet = files.some(({ format }) => format === "parquet");
  return hasParquet && files.every((file) => file === card || rowFormats.has(file.format));
}

function describesDataset(card: string): boolean {
  try {
    const { properties } = readFrontMatter(card);
    return "configs" in properties || "dataset_info" in properties;
  } catch (cause) {
    // The fault is reported when the file is read as a document.
    if (isSluiceError(cause)) return false;
    throw cause;
  }
}

/**
 * The files that hold the rows of a data set, each with its split; others, such as the card, are
 * counted as skipped.
 */
export function toDatasetFiles(folder: FolderFiles): FolderFiles {
  const { files, skipped } = keepFiles(folder, ({ name, format }) => {
    const isDescription = descriptions.has(name.slice(name.lastIndexOf("/") + 1));
    return !isDescription && rowFormats.has(format);
  });
  return { files: files.map((file) => ({ ...file, split: splitOf(file.name) })), skipped };
}

const splitWords: Readonly<Record<string, string>> = {
  train: "train training",
  validation: "validation valid val dev",
  test: "test testing eval evaluation",
};

/** By the words in a file's path, as the hub finds them: `data/dev-0.parquet` is `validation`. */
function splitOf(name: string): string | undefined {
  const words = name.toLowerCase().split(/[^a-z]+/);
  const found = Object.entries(splitWords).find(([, list]) =>
    list.split(" ").some((word) => words.includes(word)),
  );
  return found?.[0];
}
