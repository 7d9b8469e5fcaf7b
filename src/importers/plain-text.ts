// Reads plain text and source code: one document for each file.

import { SluiceError } from "../core/errors.js";
import type { ImportedDocument, ReadOptions } from "./jsonl.js";
import { mapFields } from "./map-object.js";
import { languageOf } from "./source-languages.js";
import { importWhole, toUtf8 } from "./whole-file.js";

/** Key: the file's name; title: the name without folders and ending; field: `path`. */
export async function readPlainText(
  path: string,
  options: ReadOptions,
): Promise<readonly ImportedDocument[]> {
  return readText(path, options, { title: fileTitle(options.name), fields: {} });
}

/** Key and title: the file's name; fields: `path`, and `language` by the ending. */
export async function readSourceCode(
  path: string,
  options: ReadOptions,
): Promise<readonly ImportedDocument[]> {
  const { name } = options;
  return readText(path, options, { title: name, fields: { language: languageOf(name) ?? null } });
}

/** `guides/ingest.md` is `ingest`. */
export function fileTitle(name: string): string {
  const base = name.slice(name.lastIndexOf("/") + 1);
  return base.replace(/\.gz$/i, "").replace(/(?<=.)\.[^.]*$/, "");
}

async function readText(
  path: string,
  options: ReadOptions,
  { title, fields }: { readonly title: string; readonly fields: Readonly<Record<string, unknown>> },
): Promise<readonly ImportedDocument[]> {
  const { name, mapping } = options;
  return importWhole(path, options, (content) => {
    const text = toUtf8(content);
    if (text.includes("\0")) throw new SluiceError("INVALID_INPUT_FILE", "is not text");
    if (text.trim() === "") throw new SluiceError("INVALID_INPUT_FILE", "has no text");
    const document = {
      key: name,
      title,
      text,
      fields: mapFields({ path: name, ...fields }, mapping),
    };
    return [{ document, line: 1 }];
  });
}
