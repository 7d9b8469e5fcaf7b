// modules.json of Sentence Transformers and PyLate: which modules a checkpoint has, and in which
// order.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { invalidModel } from "./model-manifest.js";

export const modulesFile = "modules.json";

/** Modules that Sluice computes, or that change nothing when a model is used. */
const knownModules = [
  "Transformer",
  "Dense",
  "LayerNorm",
  "Pooling",
  "MultiVectorMask",
  "Normalize",
  "Dropout",
] as const;
export type ModuleKind = (typeof knownModules)[number];

export interface CheckpointModule {
  readonly kind: ModuleKind;
  /** Folder of its files within the checkpoint; "" is the checkpoint itself. */
  readonly path: string;
  /** Whether PyLate's class is meant, whose defaults differ. */
  readonly isPylate: boolean;
}

const modulesSchema = z.array(
  z.looseObject({
    // One folder, so that a checkpoint cannot refer to files outside.
    path: z.string().regex(/^([A-Za-z0-9_-][A-Za-z0-9._-]*)?$/, "must be a plain folder name"),
    type: z.string().min(1),
  }),
);

/** Undefined without the file. Throws MODEL_INVALID for modules that are not known. */
export function readModules(source: string): readonly CheckpointModule[] | undefined {
  if (!existsSync(join(source, modulesFile))) return undefined;
  const modules = readJson(source, modulesFile, modulesSchema).map(({ path, type }, i) => {
    const name = type.slice(type.lastIndexOf(".") + 1);
    const kind = knownModules.find((known) => known === name);
    if (kind === undefined)
      throw invalidModel(
        source,
        `${modulesFile}: module ${i} is ${type}; known are ${knownModules.join(", ")}`,
      );
    return { kind, path, isPylate: type.startsWith("pylate.") };
  });
  const isFirst = modules.findIndex(({ kind }) => kind === "Transformer") === 0;
  if (isFirst && modules.filter(({ kind }) => kind === "Transformer").length === 1) return modules;
  throw invalidModel(source, `${modulesFile}: the first module, and no other, is a Transformer`);
}

/** Settings of a module. Throws MODEL_INVALID when they are missing or of another form. */
export function readModuleConfig<T>(
  source: string,
  module: CheckpointModule,
  schema: z.ZodType<T>,
): T {
  return readJson(source, join(module.path, "config.json"), schema);
}

/** A file of JSON within a checkpoint. Throws MODEL_INVALID naming file and field. */
export function readJson<T>(source: string, file: string, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(join(source, file), "utf8"));
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? "is not JSON" : "cannot be read";
    throw invalidModel(source, `${file} ${problem}`, cause);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidModel(source, `${file}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
