// The files of a checkpoint that become files of a model.

import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { invalidModel, tokenizerFileName } from "./model-manifest.js";

/** Usual paths of exports, in order of preference: full precision before quantized. */
const usualGraphs = ["model.onnx", "onnx/model.onnx"];

/**
 * The graph in `source`, or in `backbone`, the folder of the transformer within it. Throws
 * MODEL_INVALID when there is none, or more than one without a usual name.
 */
export function findGraph(
  source: string,
  { asked, backbone }: { readonly asked: string | undefined; readonly backbone: string },
): string {
  if (asked !== undefined) {
    if (existsSync(join(source, asked))) return join(source, asked);
    throw invalidModel(source, `${asked} does not exist`);
  }
  const folders = [...new Set([backbone, ""])];
  const usual = folders
    .flatMap((folder) => usualGraphs.map((file) => join(source, folder, file)))
    .find((path) => existsSync(path));
  if (usual !== undefined) return usual;
  const searched = folders.flatMap((folder) => [folder, join(folder, "onnx")]);
  const found = searched.flatMap((folder) =>
    graphsIn(join(source, folder)).map((file) => join(folder, file)),
  );
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return join(source, only);
  const problem =
    found.length === 0
      ? "has no ONNX graph (model.onnx or onnx/model.onnx); export the checkpoint to ONNX first"
      : `has several ONNX graphs, ${found.join(", ")}; name one with --file`;
  throw invalidModel(source, problem);
}

function graphsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".onnx"))
    .sort();
}

/**
 * Copies the graph, its external weights, the tokenizer and the license to `staging`. Returns the
 * names of those that belong to the model.
 */
export function copyFiles(
  source: string,
  { graph, backbone }: { readonly graph: string; readonly backbone: string },
  staging: string,
): string[] {
  const name = basename(graph);
  const weights = readdirSync(dirname(graph)).filter(
    (file) => file !== name && (file.startsWith(`${name}_data`) || file.startsWith(`${name}.data`)),
  );
  const tokenizer = [join(source, backbone), source, dirname(graph)]
    .map((folder) => join(folder, tokenizerFileName))
    .find((path) => existsSync(path));
  if (tokenizer === undefined)
    throw invalidModel(
      source,
      `has no ${tokenizerFileName}; save the fast tokenizer beside the graph`,
    );
  const paths = [graph, ...weights.map((file) => join(dirname(graph), file)), tokenizer];
  for (const path of paths) cpSync(path, join(staging, basename(path)), { dereference: true });
  for (const file of ["LICENSE", "LICENSE.txt", "LICENSE.md"])
    if (existsSync(join(source, file))) cpSync(join(source, file), join(staging, file));
  return paths.map((path) => basename(path));
}

interface Normalizer {
  readonly type?: string;
  readonly lowercase?: boolean;
  readonly normalizers?: readonly Normalizer[];
}

/**
 * Rewrites a tokenizer.json so that it lower-cases each text first, unless it does so already.
 * Checkpoints that are trained on lower-cased texts say so outside their tokenizer.
 */
export function lowerCaseTexts(path: string): void {
  const file = JSON.parse(readFileSync(path, "utf8")) as { normalizer?: Normalizer | null };
  const { normalizer } = file;
  const steps = normalizer?.normalizers ?? (normalizer == null ? [] : [normalizer]);
  if (steps.some(({ type, lowercase }) => type === "Lowercase" || lowercase === true)) return;
  const normalizers = [{ type: "Lowercase" }, ...steps];
  writeFileSync(path, JSON.stringify({ ...file, normalizer: { type: "Sequence", normalizers } }));
}

/** The license in the model card's header. */
export function licenseIn(source: string): string | undefined {
  const path = join(source, "README.md");
  if (!existsSync(path)) return undefined;
  const header = /^---\n(.*?)\n---/s.exec(readFileSync(path, "utf8"))?.[1] ?? "";
  return /^license:\s*["']?([\w.-]+)/m.exec(header)?.[1];
}
