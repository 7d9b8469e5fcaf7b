// Reads PDF: one document for each page.

import { getDocumentProxy } from "unpdf";
import { SluiceError } from "../core/errors.js";
import { InputError, messageOf } from "./input-error.js";
import type { ImportedDocument, ReadOptions } from "./jsonl.js";
import { mapFields } from "./map-object.js";
import { fileTitle } from "./plain-text.js";
import { importWhole } from "./whole-file.js";

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/**
 * The pages of a PDF file. Key: the file's name with `#page=N`; title: that of the file, or its
 * name; fields: `path` and `page`, from 1. A page without text, such as a scan, is an error of its
 * own, and so is a file that is damaged or needs a password.
 */
export async function readPdf(
  path: string,
  options: ReadOptions,
): Promise<readonly ImportedDocument[]> {
  // A PDF file is no text, whatever the encoding of others.
  return importWhole(path, { ...options, encoding: undefined }, async (content) => {
    const pdf = await openPdf(content);
    try {
      const title = (await titleOf(pdf)) ?? fileTitle(options.name);
      const items: ImportedDocument[] = [];
      for (let page = 1; page <= pdf.numPages; page += 1)
        items.push(await readPage(pdf, { path, page, title, options }));
      return items;
    } finally {
      await pdf.destroy();
    }
  });
}

async function openPdf(content: Buffer): Promise<Pdf> {
  try {
    // Without messages on the console.
    return await getDocumentProxy(new Uint8Array(content), { verbosity: 0 });
  } catch (cause) {
    const fault = `cannot be read as PDF: ${messageOf(cause)}`;
    throw new SluiceError("INVALID_INPUT_FILE", fault, { cause });
  }
}

async function titleOf(pdf: Pdf): Promise<string | undefined> {
  const { info } = await pdf.getMetadata();
  const title = "Title" in info ? info.Title : undefined;
  return typeof title === "string" && title.trim() !== "" ? title.trim() : undefined;
}

async function readPage(
  pdf: Pdf,
  place: { path: string; page: number; title: string; options: ReadOptions },
): Promise<ImportedDocument> {
  const { path, page, title, options } = place;
  const { name, mapping } = options;
  const location = `${path}#page=${page}`;
  try {
    const text = await textOfPage(pdf, page);
    if (text === "") return { error: new InputError(location, "the page has no text"), line: page };
    const fields = mapFields({ path: name, page }, mapping);
    return { document: { key: `${name}#page=${page}`, title, text, fields }, line: page };
  } catch (cause) {
    return { error: new InputError(location, messageOf(cause), cause), line: page };
  }
}

async function textOfPage(pdf: Pdf, number: number): Promise<string> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  page.cleanup();
  const parts = items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : ""));
  // Glyphs without a character are lone surrogates in some files.
  return parts.join("").toWellFormed().trim();
}
