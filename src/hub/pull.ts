// Downloads a model from a hub: selects its files, orders them and reports progress.

import { mkdir, rm, statfs, writeFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SluiceError } from "../core/errors.js";
import { downloadFile } from "./download.js";
import { downloadFailed } from "./hub-client.js";
import type { HubOptions } from "./hub-client.js";
import { readRepository } from "./repository.js";
import type { Repository, RepositoryFile } from "./repository.js";

export interface PullOptions {
  /** `OWNER/NAME`. */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** Path of the graph; default: the usual places of exports. */
  readonly graphFile: string | undefined;
  /** Optional configuration files. */
  readonly configFiles: readonly string[];
  /** Destination; a partial download of the same commit is resumed. */
  readonly folder: string;
  readonly onBytes: (done: number, total: number) => void;
}

/**
 * Returns the commit that was downloaded. Throws DOWNLOAD_FAILED, DISK_FULL, or the signal's
 * reason.
 */
export async function pullModel(options: PullOptions, hub: HubOptions): Promise<Repository> {
  const repository = await readRepository(options.repository, options.revision, hub);
  const files = chooseFiles(repository, options);
  await startFolder(options.folder, repository.commit);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  await checkRoom(options.folder, total);
  let done = 0;
  // Small files first, so that a missing tokenizer is reported before a gigabyte is downloaded.
  for (const file of files.toSorted((a, b) => a.bytes - b.bytes)) {
    await downloadFile(
      {
        repository,
        file,
        folder: options.folder,
        onBytes: (bytes) => options.onBytes(done + bytes, total),
      },
      hub,
    );
    done += file.bytes;
  }
  return repository;
}

/** Settings and weights of the modules behind a transformer, such as `1_Dense/config.json`. */
const moduleFile = /^\d+_(?!Transformer)[A-Za-z]+\/(config\.json|model\.safetensors)$/;
/** Settings of a transformer that has a folder of its own. */
const transformerFile =
  /^0_Transformer\/(config|tokenizer_config|sentence_bert_config|tokenizer)\.json$/;

const usualGraphs = ["model.onnx", "onnx/model.onnx"];

function chooseFiles(
  { name, files }: Repository,
  { graphFile, configFiles }: PullOptions,
): RepositoryFile[] {
  const paths = new Set(files.map(({ path }) => path));
  const graph = [...(graphFile === undefined ? usualGraphs : [graphFile])].find((path) =>
    paths.has(path),
  );
  if (graph === undefined) {
    const graphs = [...paths].filter((path) => path.endsWith(".onnx"));
    const found =
      graphs.length === 0 ? "it has none" : `name one of ${graphs.join(", ")} with --file`;
    throw downloadFailed(
      `${name} has no ONNX graph ${graphFile ?? usualGraphs.join(" or ")}; ${found}`,
    );
  }
  const hasTokenizer = ["", "0_Transformer/"].some((at) => paths.has(`${at}tokenizer.json`));
  if (!hasTokenizer) throw downloadFailed(`${name} has no tokenizer.json`);
  const wanted = new Set([graph, "tokenizer.json", "README.md", "LICENSE", ...configFiles]);
  // ColBERT's linear layer lies in the checkpoint's own weights.
  if (paths.has("artifact.metadata") && !paths.has("modules.json")) wanted.add("model.safetensors");
  const isWeights = (path: string): boolean =>
    path.startsWith(`${graph}_data`) || path.startsWith(`${graph}.data`);
  const isPart = (path: string): boolean =>
    isWeights(path) || moduleFile.test(path) || transformerFile.test(path);
  return files.filter(({ path }) => wanted.has(path) || isPart(path));
}

/** Partial files of another commit are deleted. */
async function startFolder(folder: string, commit: string): Promise<void> {
  const note = join(folder, ".commit");
  const before = await readFile(note, "utf8").catch(() => "");
  if (before !== commit) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(note, commit);
}

async function checkRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw new SluiceError(
    "DISK_FULL",
    `${folder} has room for ${bavail * bsize} bytes, the model has ${bytes}; free space and pull again`,
  );
}
