// Checkpoints as other projects export them: graph, tokenizer, and configuration files.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { embeddedModelFolder, tinyGraph } from "./model-folders.js";
import { tinyOnnx } from "./tiny-onnx.js";
import type { TinyGraph } from "./tiny-onnx.js";

export interface Checkpoint {
  readonly graph?: Partial<TinyGraph>;
  /** Path of the graph; default model.onnx. */
  readonly graphFile?: string;
  /** Default: BERT's. */
  readonly tokenizer?: object;
  /** Other files by path: text, or a value that is written as JSON. */
  readonly files?: Readonly<Record<string, object | string>>;
}

/** BERT's tokenizer.json, with further added tokens. */
export function bertTokenizer(added: readonly string[] = []): Record<string, unknown> {
  const path = join(embeddedModelFolder, "tokenizer.json");
  const file = JSON.parse(readFileSync(path, "utf8")) as {
    added_tokens: object[];
    model: { vocab: Record<string, number> };
  };
  const first = Object.keys(file.model.vocab).length;
  const tokens = added.map((content, i) => ({
    id: first + i,
    content,
    special: true,
    normalized: false,
    single_word: false,
    lstrip: false,
    rstrip: false,
  }));
  return { ...file, added_tokens: [...file.added_tokens, ...tokens] };
}

export function writeCheckpoint(folder: string, checkpoint: Checkpoint = {}): void {
  const { graph, graphFile = "model.onnx", tokenizer, files = {} } = checkpoint;
  const write = (path: string, content: Buffer | string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  write(graphFile, tinyOnnx({ ...tinyGraph, outputName: "last_hidden_state", ...graph }));
  write("tokenizer.json", JSON.stringify(tokenizer ?? bertTokenizer()));
  for (const [path, content] of Object.entries(files))
    write(path, typeof content === "string" ? content : JSON.stringify(content));
}
